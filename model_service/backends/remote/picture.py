"""Pictures on their way to a server: cropped and resized here, so that a server that keeps the size keeps the dial."""

import base64
import hashlib
import io
import threading
from dataclasses import replace

import numpy as np
from PIL import Image

from model_service.backends.remote.families import LEAST
from model_service.detail import Detail, DetailDial, DetailPlan
from model_service.engines.runtime.lru_cache import LRUCache
from model_service.picture import open_picture
from model_service.seen import cropped, plan_region, resized
from model_service.types import PictureRef
from model_service.workers import in_worker

JPEG_QUALITY = 95
"""With whole colours, so that coloured print keeps its edges."""

SIMPLE = 96 * 1024
"""The bytes of a JPEG up to which a picture is sent as a PNG instead, exactly: print and drawings, twice as large."""


MOST_KEPT = 32 * 1024 * 1024
"""The bytes of pictures that are kept as they were sent."""

Sent = tuple[DetailPlan, str]
"""A grid, and the data URL of the pixels for it."""


def seen_by_server(picture: PictureRef, dial: DetailDial, detail: Detail, cap: int) -> Sent:
    """Return the grid for a picture, and a data URL of just the pixels that the model is to be given.

    Raises:
        PictureRejected: the bytes cannot be looked at.
    """
    image = open_picture(picture.data)
    plan = _enlarged(plan_region(dial, detail, image.size, picture.region, cap))
    colours = resized(cropped(image, picture.region), plan.width, plan.height)
    return plan, data_url(Image.fromarray(np.ascontiguousarray(colours.transpose(1, 2, 0))))


class Prepared:
    """Pictures as they were sent lately, so that a follow-up decodes nothing. Used from several threads."""

    def __init__(self) -> None:
        self._kept: LRUCache[object, Sent] = LRUCache(MOST_KEPT)
        self._lock = threading.Lock()
        self._forgotten = 0

    def sent(self, picture: PictureRef, dial: DetailDial, detail: Detail, cap: int) -> Sent:
        """Return what `seen_by_server` does.

        Raises:
            PictureRejected: the bytes cannot be looked at.
        """
        key = hashlib.sha256(picture.data).digest(), picture.region, dial, detail, cap
        with self._lock:
            kept, forgotten = self._kept.get(key), self._forgotten
        if kept is None:
            kept = in_worker(seen_by_server, picture, dial, detail, cap)
            with self._lock:
                if forgotten == self._forgotten:
                    self._kept.put(key, kept, len(kept[1]))
        return kept

    def forget(self) -> None:
        """Drop all of them, and what is being prepared when it is done."""
        with self._lock:
            self._forgotten += 1
            self._kept.clear()


def data_url(image: Image.Image) -> str:
    """Return a picture as a data URL: the same for the same picture, so that a server finds what it read before."""
    kind, data = "jpeg", _encoded(image, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    if len(data) <= SIMPLE:
        kind, data = "png", _encoded(image, "PNG", compress_level=1)
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def blank(plan: DetailPlan) -> str:
    """Return a white picture of a grid's size as a data URL."""
    return data_url(Image.new("RGB", (plan.width, plan.height), "white"))


def _enlarged(plan: DetailPlan) -> DetailPlan:
    """Return a grid with as many tokens as a server takes at least: of a tiny picture it would change the shape."""
    times = 1
    while plan.tokens * times * times < LEAST:
        times += 1
    return replace(plan, rows=plan.rows * times, columns=plan.columns * times)


def _encoded(image: Image.Image, format: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()
