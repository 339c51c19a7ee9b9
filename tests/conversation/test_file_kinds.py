"""Files as people send them: known by their bytes, whatever type and name they come under."""

from pathlib import Path

import pytest

from assistant.pictures.documents import PROCESS
from playground import Chat, Post, Server
from playground.files import Scaled
from tests.assistant.pictures.pdfs import OPEN, WAIT, carrying, foreign, form
from tests.assistant.pictures.test_kinds import HEIC, SCAN, archive
from tests.assistant.pictures.test_pdf_kinds import is_blank, opened
from tests.bot.samples import pdf, picture
from tests.conversation.albums import HandWindow
from tests.conversation.conftest import Stage, settled
from tests.conversation.test_forms import shown

pytestmark = pytest.mark.usefixtures("bot")

ASKED = "What is the total?"


async def answered(chat: Chat, post: Post) -> str:
    """Return the finished answer to a message."""
    return (await chat.answer(post, lambda reply: reply.reply_to == post.id and "read" in reply.text)).text


NAMES = [
    ("statement.pdf", "binary/octet-stream"),
    ("statement.PDF", "application/x-download"),
    ("invoice.pdf", "application/pdf; charset=binary"),
    ("invoice.pdf", "application/zip"),
    ("invoice.pdf", "text/plain"),
    ("attachment", "application/octet-stream"),
    ("attachment", "application/vnd.some.program"),
    ("attachment.dat", ""),
    ("scan.jpg", "image/jpeg"),
    ("scan.docx", "application/octet-stream"),
]


@pytest.mark.parametrize(("name", "mime"), NAMES)
async def test_a_pdf_is_a_pdf_under_every_name(stage: Stage, chat: Chat, name: str, mime: str) -> None:
    """Its pages are there, in the first answer and in the next one."""
    reply = await answered(chat, await chat.send_document(pdf(3), name, mime, f"Page 2: {ASKED}"))
    assert "page 2 of 3" in reply
    assert "page 3 of 3" in await answered(chat, await chat.send("And on page 3?"))
    assert len(stage.server.calls("download")) == 2


@pytest.mark.parametrize(("name", "mime"), [("scan.PDF", "application/pdf"), *NAMES])
async def test_a_picture_is_a_picture_under_every_name(stage: Stage, chat: Chat, name: str, mime: str) -> None:
    """It has no pages."""
    post = await chat.send_document(picture(300, 200, kind="JPEG"), name, mime, ASKED)
    assert "page" not in await answered(chat, post)
    assert shown(stage) == (300, 200)
    assert "image file, 300x200" in (await chat.answer(await chat.send("/pictures"))).text


@pytest.mark.parametrize(
    ("caption", "width", "note"),
    [
        (ASKED, 1120, "page 1 of 3; to read others, name them"),
        (f"Page 2: {ASKED}", 1120, "page 2 of 3"),
        ("全部页的合计是多少？", 1120, "3 pages read"),
    ],
)
async def test_a_tiff_has_pages_as_a_pdf_has(stage: Stage, chat: Chat, caption: str, width: int, note: str) -> None:
    """Those that are named; and what others there are is said."""
    assert note in await answered(chat, await chat.send_document(SCAN, "scan.tif", "image/tiff", caption))
    assert shown(stage)[0] == width


async def test_a_tiff_goes_on_like_a_pdf(stage: Stage, server: Server, chat: Chat) -> None:
    """Without a question it is asked what to know; a copy that is gone is made again; no such page is said."""
    prompt = await chat.answer(await chat.send_document(SCAN, "scan.tif", "image/tiff"))
    assert "it has 3 pages" in prompt.text
    assert "page 3 of 3" in await answered(chat, await chat.send("What is on the last page?"))
    before = stage.engine.requests[-1].pictures[0].data
    for copy in (stage.folder / "pictures").iterdir():
        copy.unlink()
    await answered(chat, await chat.send("And below?"))
    assert stage.engine.requests[-1].pictures[0].data == before
    assert "has 3 pages" in await settled(chat, await chat.send("What is on page 4?"))


async def test_a_heic_file_is_read(stage: Stage, server: Server, chat: Chat) -> None:
    """As iPhones send it; a copy that is gone is made again."""
    await answered(chat, await chat.send_document(HEIC, "IMG_1234.HEIC", "image/heic", ASKED))
    assert shown(stage) == (560, 640)
    for copy in (stage.folder / "pictures").iterdir():
        copy.unlink()
    await answered(chat, await chat.send("And the date?"))
    assert shown(stage) == (560, 640)


@pytest.fixture
def without_heic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An installation without pillow-heif."""
    code = PROCESS.read_text(encoding="utf-8").replace("import pillow_heif", "raise ImportError")
    code = code.replace("Path(__file__).resolve().parents[2]", repr(str(PROCESS.parents[2])))
    (tmp_path / "process.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr("assistant.pictures.documents.PROCESS", tmp_path / "process.py")


@pytest.mark.usefixtures("without_heic")
async def test_without_its_package_of_a_heic_the_preview_is_looked_at(stage: Stage, server: Server, chat: Chat) -> None:
    """And that is said; if none came along, that it is a HEIC and what to do."""
    document = server.world.files.document(HEIC, "IMG_1.HEIC", "image/heic")
    (small,) = server.world.files.photo([Scaled(200, 150, picture(200, 150, kind="JPEG"))])
    post = await chat.send_document(HEIC, "IMG_1.HEIC", caption=ASKED, document=document | {"thumbnail": small})
    assert "I only see its preview picture" in await answered(chat, post)
    assert shown(stage) == (200, 150)
    said = await settled(chat, await chat.send_document(HEIC, "IMG_1.HEIC", "image/heic", ASKED))
    assert "HEIC" in said and "as a photo" in said


REFUSED = {
    "zip": (archive("a.png"), "photos.zip", "application/zip", "unpack it"),
    "zip under another name": (archive("a.png"), "photos", "application/octet-stream", "unpack it"),
    "zip that is called a picture": (archive("a.png"), "photo.jpg", "image/jpeg", "unpack it"),
    "word": (archive("[Content_Types].xml", "word/document.xml"), "a.docx", "application/octet-stream", "as a PDF"),
    "form": (form(WAIT), "form.pdf", "application/pdf", "only in Adobe Reader"),
    "portfolio": (carrying(OPEN, pdf(), pdf(2)), "files.pdf", "application/pdf", "portfolio"),
    "film": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100), "a.bin", "application/octet-stream", "screenshot"),
    "heic in pieces": (HEIC[:9000], "IMG.HEIC", "image/heic", "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_read_is_called_what_it_is(stage: Stage, chat: Chat, name: str) -> None:
    """In one sentence that says what to do; the chat goes on."""
    data, file, mime, said = REFUSED[name]
    reply = await settled(chat, await chat.send_document(data, file, mime, ASKED))
    assert said in reply and reply.count("\n") == 0
    assert stage.engine.requests == []


@pytest.mark.parametrize(
    ("name", "mime", "said"),
    [
        ("a.zip", "application/zip", "unpack it"),
        ("a.mp4", "video/mp4", "screenshot"),
        ("a.mp3", "audio/mpeg", "listen"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "as a PDF"),
        ("a.txt", "text/plain", "as a PDF"),
    ],
)
async def test_what_type_and_name_call_something_else_is_not_fetched(
    server: Server, chat: Chat, name: str, mime: str, said: str
) -> None:
    """And is told in the same words."""
    assert said in await settled(chat, await chat.send_document(b"x" * 100, name, mime, ASKED))
    assert server.calls("getFile") == []


async def test_missing_letters_are_told(chat: Chat) -> None:
    """Where this machine has no font for them, whatever footer was chosen; never where all is drawn."""
    data = foreign("电子发票合计")
    reply = await answered(chat, await chat.send_document(data, "fapiao.pdf", "application/pdf", ASKED))
    assert ("letters are missing here" in reply) == is_blank(await opened(data))
    reply = await answered(chat, await chat.send_document(pdf(), "scan.pdf", "application/pdf", ASKED))
    assert "letters are missing" not in reply


async def test_the_file_in_a_portfolio_answers(chat: Chat) -> None:
    """With its pages, in follow-ups as well."""
    data = carrying(OPEN, pdf(4))
    post = await chat.send_document(data, "files.pdf", "application/pdf", f"Page 2: {ASKED}")
    assert "page 2 of 4" in await answered(chat, post)
    assert "page 4 of 4" in await answered(chat, await chat.send("And on page 4?"))


async def test_an_album_of_all_kinds(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Each by its first page or picture."""
    first = await chat.send_document(SCAN, "a.tif", "image/tiff", "What is this?", media_group_id="7")
    for data, name in ((HEIC, "b.heic"), (pdf(3), "c.jpg")):
        await chat.send_document(data, name, "application/octet-stream", media_group_id="7")
    await window.arriving(3)
    window.turn(1.0)
    reply = await chat.answer(first, lambda post: "3 pictures read" in post.text)
    assert "Picture 3: A grey gradient." in reply.text


async def test_an_edit_changes_the_kind(stage: Stage, chat: Chat) -> None:
    """A PDF becomes a picture: no page of it is left."""
    post = await chat.send_document(pdf(3), "a.pdf", caption="Sum up pages 2-3")
    await answered(chat, post)
    await chat.edit_photo(post, picture(300, 200), ASKED)
    await stage.server.wait_until(lambda: len(stage.engine.requests) == 3)
    assert shown(stage) == (300, 200)
    assert "page 1 of" not in await answered(chat, await chat.send("And on page 1?"))
