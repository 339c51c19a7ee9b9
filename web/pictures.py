"""Routes of pictures: take in what was sent, show it, its pages, and what the model sees of it."""

import io
import json
from http import HTTPStatus
from pathlib import PurePath
from urllib.parse import unquote

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.access import one_line
from assistant.pictures.copies import Copies, name_of
from assistant.pictures.kinds import Kind, kind_of
from assistant.pictures.library import Origin
from assistant.pictures.normalize import with_pixels
from assistant.pictures.refusals import BadSelection
from assistant.settings.detail_setting import read_detail
from assistant.shown_part import usual_look
from assistant.storage import Conversation, Picture
from assistant.texts import Count, Sentence
from model_service import Detail, EngineInfo, Region, plan_detail
from web.asking import pages_of
from web.conversations import delete_rest, file_item, picture_item
from web.desk import Desk
from web.guard import body_of
from web.refusals import NOT_HERE, NOT_UNDERSTOOD

DOCUMENTS = {Kind.PDF: "pdf", Kind.TIFF_PAGES: "tiff"}
"""The kinds of files with pages, with their suffixes: they are kept whole, since others may be asked for later."""

THUMBNAIL = 240
MOST_SIDE = 2400
CACHED = {"Cache-Control": "private, max-age=3600"}


def picture_routes(desk: Desk) -> list[Route]:
    """Return the routes of pictures."""
    api = _PictureRoutes(desk)
    one, picture = "/api/conversations/{id:int}", "/api/pictures/{picture:int}"
    table = [
        ("POST", f"{one}/pictures", api.receive),
        ("POST", f"{one}/documents/{{message:int}}/pages/{{page:int}}", api.open_page),
        ("GET", f"{one}/documents/{{message:int}}/thumbnails/{{page:int}}", api.thumbnail),
        ("GET", f"{picture}/copy", api.copy),
        ("GET", f"{picture}/plan", api.plan),
        ("GET", f"{picture}/seen", api.seen),
    ]
    return desk.routes(table)


class _PictureRoutes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._services = desk.services

    async def receive(self, request: Request, person: int) -> Response:
        """Take in a file: a picture, or the first page of a document."""
        conversation = await self._desk.conversation(request, person)
        data = await body_of(request, self._services.settings.telegram.most_bytes)
        name = one_line(PurePath(unquote(request.headers.get("x-name", ""))).name)
        together = request.headers.get("x-together") == "1"
        conversations, known = self._services.conversations, self._services.pictures
        title = None if conversation.title else name
        number = await conversations.send(conversation.id, json.dumps({"name": name}), title)
        before = (await known.current(conversation.chat)).pictures if together else []
        try:
            pictures = await self._take_in(conversation, number, data)
        except BaseException:
            await conversations.take_back(number)
            raise
        if await conversations.get(conversation.id, person) is None:  # It was deleted meanwhile.
            await delete_rest(self._desk, conversation)
            raise NOT_HERE
        shown = [*before, *pictures]
        if len(shown) > 1 and not any(picture.page for picture in shown):
            await known.join(shown, f"page-{shown[0].message_id}")
        await known.look_at(shown, conversation.chat, person=person)
        return JSONResponse(file_item(number, name, pictures), HTTPStatus.CREATED)

    async def open_page(self, request: Request, person: int) -> Response:
        """Return a page of a document, rendered if it was not yet."""
        return JSONResponse(picture_item(await self._page(request, person)))

    async def thumbnail(self, request: Request, person: int) -> Response:
        """Return a small picture of a page."""
        return await self._image(await self._page(request, person), THUMBNAIL)

    async def copy(self, request: Request, person: int) -> Response:
        """Return a picture as it is kept, or smaller."""
        side = request.query_params.get("side", "")
        picture = await self._desk.picture(request, person)
        return await self._image(picture, min(int(side), MOST_SIDE) if side.isdigit() and int(side) else None)

    async def plan(self, request: Request, person: int) -> Response:
        """Return at which grid the model would look at a picture, and what that takes."""
        picture = await self._desk.picture(request, person)
        info = await self._info()
        detail, region = self._looked_at(request, picture, info)
        size = (picture.width, picture.height) if region is None else region.size(picture.width, picture.height)
        plan = plan_detail(info.dial, detail, *size, info.max_visual_tokens)
        taken = None if info.picture_memory is None else info.picture_memory.of(plan.tokens)
        shown = {
            "tokens": plan.tokens,
            "rows": plan.rows,
            "columns": plan.columns,
            "width": plan.width,
            "height": plan.height,
            "seconds": self._services.assistant.latency.expected(plan.tokens),
            "mib": None if taken is None else round(taken / 2**20, 1),
        }
        return JSONResponse(shown)

    async def seen(self, request: Request, person: int) -> Response:
        """Return a picture as the model would see it."""
        picture = await self._desk.picture(request, person)
        info = await self._info()
        detail, region = self._looked_at(request, picture, info)
        _, image = await self._services.library.seen(picture, detail, info, region)
        return Response(image, media_type="image/png", headers=CACHED)

    def _looked_at(self, request: Request, picture: Picture, info: EngineInfo) -> tuple[Detail, Region | None]:
        """Return the level and the part of the picture that a query names; with auto that of a first look.

        Raises:
            Refused: they are none.
        """
        tokens, region = request.query_params.get("tokens", ""), request.query_params.get("region", "")
        try:
            edges = [float(edge) for edge in region.split(",")] if region else None
            setting, part = read_detail(tokens), None if edges is None else Region(*edges)
        except (ValueError, TypeError):
            raise NOT_UNDERSTOOD from None
        return usual_look(setting, picture, part, info)

    async def _take_in(self, conversation: Conversation, number: int, data: bytes) -> list[Picture]:
        """Check, keep and remember the picture of a file, or the first page of a document, which is kept whole."""
        copies, kind = Copies(self._services.folder), kind_of(data)
        kept = name_of(conversation.chat, DOCUMENTS[kind]) if kind in DOCUMENTS else ""
        origin = Origin("file", conversation.chat, number, None, kept, str(number))
        if not kept:
            return await self._services.library.take_in(data, origin, [1])
        await copies.keep(kept, data)
        try:
            return await self._services.library.take_in(data, origin, [1])
        except BaseException:
            copies.drop(kept)
            raise

    async def _page(self, request: Request, person: int) -> Picture:
        """Return the page that a path names.

        Raises:
            Refused: there is no such document.
            One of USER_ERRORS: it has no such page, or that cannot be rendered.
        """
        conversation = await self._desk.conversation(request, person)
        known = await self._services.pictures.pages(conversation.chat, request.path_params["message"])
        if not known:
            raise NOT_HERE
        page = request.path_params["page"]
        if not 1 <= page <= known[0].pages:
            raise BadSelection(Sentence.NO_SUCH_PAGE, pages=Count.PAGES.of(known[0].pages))
        return (await pages_of(self._services, known[0], [page]))[0]

    async def _info(self) -> EngineInfo:
        return self._services.model.info or await self._services.model.ready()

    async def _image(self, picture: Picture, side: int | None) -> Response:
        """Return a picture's copy, shrunk to a longest side."""
        data = await self._services.library.read(picture)
        if side is not None and side < max(picture.width, picture.height):
            data = await with_pixels(picture.chat, _shrunk, data, side)
        kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        return Response(data, media_type=kind, headers=CACHED)


def _shrunk(data: bytes, side: int) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", (side, side))
        image.thumbnail((side, side))
        image.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
