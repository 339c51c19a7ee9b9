"""Bad pictures: one clear sentence, and the chat goes on."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from assistant.pictures.normalize import begin_worker
from model_service import pixel_workers
from playground import Chat, Server
from tests.bot.samples import animation, picture
from tests.cases import PICTURES
from tests.conversation.conftest import Stage, final
from tests.model_service.working import touch_nothing, work_without_end

pytestmark = pytest.mark.usefixtures("bot")


def huge_png() -> bytes:
    """Return a PNG whose header claims 40000x30000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 30_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 8001 * 10)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def apng() -> bytes:
    """Return a PNG that moves."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


BAD = {
    "truncated.jpg": (picture(600, 600, kind="JPEG")[:-3000], "damaged"),
    "not_a_picture.jpg": (b"This is a letter, not a picture. " * 40, "not a picture"),
    "empty.png": (b"", "not a picture"),
    "huge.png": (huge_png(), "it has 1200 megapixels, and of its kind I can read 471 at most"),
    "moving_gif.bin": (animation(), "moves"),
    "moving_png.bin": (apng(), "moves"),
    "strip.png": (picture(2000, 4), "at most 200 times as long"),
    "pixel.png": (picture(1, 1), "too small to see anything in it: 1x1 pixels"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is a SVG file"),
    "photoshop.bmp": ((PICTURES / "photoshop.bmp").read_bytes(), "I cannot open this kind of BMP. Save it as"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_picture_gets_one_sentence_and_the_chat_goes_on(stage: Stage, chat: Chat, name: str) -> None:
    """The model is not bothered; the next picture is answered."""
    data, words = BAD[name]
    post = await chat.send_document(data, name, caption="What is this?")
    reply = await chat.answer(post)
    assert words in reply.text
    assert reply.text.count("\n") == 0
    await final(chat, await chat.send_photo(picture(), "And this?"))
    assert len(stage.engine.requests) == 1


@pytest.mark.parametrize(
    ("work", "words"), [(touch_nothing, "crashes over this file"), (work_without_end, "too much time or memory")]
)
async def test_a_picture_that_crashes_its_decoder_gets_one_sentence(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None], words: str
) -> None:
    """Or that keeps it busy without an end; the bot lives on, and the next picture is answered."""
    with pixel_workers(begin_worker):
        with monkeypatch.context() as patched:
            patched.setattr("assistant.pictures.normalize._check_and_give_back", work)
            assert words in (await chat.answer(await chat.send_photo(picture(), "What is this?"))).text
        await final(chat, await chat.send_photo(picture(), "And this?"))
    assert len(stage.engine.requests) == 1


async def test_a_file_over_20_megabytes_is_not_fetched(server: Server, chat: Chat) -> None:
    """Its size is known before anything is downloaded."""
    post = await chat.send_document(b"\x89PNG" + bytes(21 * 1024 * 1024), "big.png", "image/png", "What is this?")
    assert "20 MB" in (await chat.answer(post)).text
    assert server.calls("getFile") == []


async def test_a_download_that_fails_is_tried_again(server: Server, chat: Chat) -> None:
    """One failure of Telegram's does not lose the picture."""
    server.fail_next("getFile", 500)
    await final(chat, await chat.send_photo(picture(), "What is this?"))


async def test_of_a_cut_picture_the_answer_says_that_its_end_is_missing(chat: Chat) -> None:
    """What is there is read."""
    data = (PICTURES / "cut-97.jpg").read_bytes()
    said = await final(chat, await chat.send_document(data, "cut.jpg", caption="What is this?"))
    assert "the end of the file is missing" in said.text
    said = await final(chat, await chat.send_document(picture(), "whole.png", caption="And this?"))
    assert "missing" not in said.text
