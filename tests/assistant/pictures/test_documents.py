"""Documents from strangers: pages as pictures, and a clear refusal of what is not to be opened."""

import asyncio
import io
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from assistant.pictures import document_process
from assistant.pictures.document_process import MOST_LONG, MOST_PIXELS, MOST_SIDE
from assistant.pictures.documents import PROCESS, Opened, open_file
from assistant.pictures.refusals import DocumentFault, DocumentRefused
from assistant.tasks import spawn
from model_service import MAX_BYTES, PictureFault, PictureRejected
from tests.assistant.pictures.test_kinds import HEIC
from tests.bot.samples import pdf, picture

LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]>>\n%%EOF\n"
)


def empty() -> bytes:
    """Return a PDF without pages."""
    out = io.BytesIO()
    pypdfium2.PdfDocument.new().save(out)
    return out.getvalue()


def grey(page: Opened) -> Any:
    """Return the brightness of the middle of a page."""
    with Image.open(io.BytesIO(page.data)) as image:
        return image.convert("L").getpixel((image.width // 2, image.height // 2))


async def test_the_pages_asked_for_are_rendered() -> None:
    """In that order, and those that do not exist are left out; how many there are is told."""
    opened = await open_file(pdf(5), 5, [1, 4, 9])
    assert [(page.page, page.pages) for page in opened] == [(1, 5), (4, 5)]
    assert [abs(grey(page) - light) <= 1 for page, light in zip(opened, (255, 252), strict=True)] == [True] * 2


async def test_a_long_document_costs_only_its_pages() -> None:
    """One of two thousand pages is drawn."""
    (page,) = await open_file(pdf(2000), 5, lambda pages: [pages])
    assert (page.page, page.pages) == (2000, 2000)


@pytest.mark.parametrize(("width", "height"), [(60, 80), (595, 842), (9000, 14000), (14000, 300)])
async def test_a_page_is_bounded_in_pixels(width: int, height: int) -> None:
    """However large the paper; small print on ordinary paper stays readable."""
    (page,) = await open_file(pdf(1, width, height), 5, [1])
    with Image.open(io.BytesIO(page.data)) as image:
        long = max(width, height) > 5 * min(width, height)  # It keeps its width, and is read in parts.
        assert image.width * image.height <= 1.01 * (MOST_LONG if long else MOST_PIXELS)
        assert max(image.size) <= MOST_SIDE
        assert abs(image.width / image.height - width / height) < 0.02 * width / height
        assert width != 595 or image.width > 1500


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"%PDF-1.7 junk", DocumentFault.BROKEN),
        (pdf(3)[:400], DocumentFault.BROKEN),
        (LOCKED, DocumentFault.LOCKED),
        (empty(), DocumentFault.EMPTY),
    ],
    ids=["junk", "torn", "locked", "empty"],
)
async def test_what_cannot_be_opened_is_refused(data: bytes, fault: DocumentFault) -> None:
    """Each reason gives its fault."""
    with pytest.raises(DocumentRefused) as refused:
        await open_file(data, 5, [1])
    assert refused.value.fault is fault


class Started:
    """The processes that were started to render: what they were given, and an event for the first."""

    def __init__(self) -> None:
        self.environments: list[object] = []
        self.processes: list[asyncio.subprocess.Process] = []
        self.one = asyncio.Event()

    async def start(self, *arguments: Any, **more: Any) -> asyncio.subprocess.Process:
        """Start one."""
        process = await START(*arguments, **more)
        self.environments.append(more["env"])
        self.processes.append(process)
        self.one.set()
        return process


START = asyncio.create_subprocess_exec
ENDLESS = "import time; time.sleep(60)"
ENDS = {"too long": ENDLESS, "killed": "import os; os.kill(os.getpid(), 9)", "reads nothing": "raise SystemExit(1)"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The processes started from now on."""
    made = Started()
    monkeypatch.setattr("assistant.pictures.documents.asyncio.create_subprocess_exec", made.start)
    return made


@pytest.fixture
def act(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The action of the process instead of rendering."""
    (tmp_path / "process.py").write_text(request.param)
    monkeypatch.setattr("assistant.pictures.documents.PROCESS", tmp_path / "process.py")
    return str(request.param)


@pytest.mark.parametrize("act", ENDS.values(), ids=ENDS.keys(), indirect=True)
async def test_what_takes_too_long_or_kills_its_process_is_refused(
    monkeypatch: pytest.MonkeyPatch, started: Started, act: str
) -> None:
    """The bot goes on, and no process is left."""
    monkeypatch.setattr("assistant.pictures.documents.SECONDS", 0.2 if act == ENDLESS else 60.0)
    with pytest.raises(DocumentRefused) as refused:
        await open_file(pdf() + bytes(1 << 20), 5, [1])
    assert refused.value.fault is DocumentFault.TOO_MUCH
    assert [process.returncode is None for process in started.processes] == [False]


@pytest.mark.parametrize("act", [ENDLESS], indirect=True)
@pytest.mark.usefixtures("act")
async def test_who_is_cancelled_leaves_no_process(started: Started) -> None:
    """It would hold up what comes next."""
    rendering = spawn(open_file(pdf(), 5, [1]), "render")
    await started.one.wait()
    rendering.cancel()
    await asyncio.wait([rendering])
    assert [process.returncode is None for process in started.processes] == [False]


@pytest.mark.parametrize("act", [ENDLESS], indirect=True)
@pytest.mark.usefixtures("act")
async def test_a_chats_slow_documents_leave_room_for_others(started: Started) -> None:
    """However many it sends, one is worked on."""
    slow = [spawn(open_file(pdf(), 5, [1]), "render") for _ in range(20)]
    await started.one.wait()
    others = spawn(open_file(pdf(), 6, [1]), "render")
    async with asyncio.timeout(30):
        while len(started.processes) < 2:
            started.one.clear()
            await started.one.wait()
    assert len(started.processes) == 2
    for task in (*slow, others):
        task.cancel()
    await asyncio.wait([*slow, others])
    assert len(started.processes) == 2


async def test_the_process_knows_nothing_of_the_bots_environment(started: Started) -> None:
    """Not its token, above all."""
    await open_file(pdf(), 5, [1])
    assert started.environments == [{}]


async def test_a_heic_becomes_a_picture(started: Started) -> None:
    """In the process, upright, with the size that it was sent in."""
    (opened,) = await open_file(HEIC, 5, [1])
    assert (opened.page, opened.pages, opened.size) == (0, 0, (560, 640))
    with Image.open(io.BytesIO(opened.data)) as image:
        assert (image.format, image.size) == ("JPEG", (560, 640))
    assert len(started.processes) == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (HEIC[:8000], "truncated"),
        (HEIC.replace(b"hvcC", b"hvcX"), DocumentFault.HEIC_BROKEN),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", DocumentFault.HEIC_BROKEN),
    ],
    ids=["torn", "altered", "nothing in it"],
)
async def test_a_heic_that_cannot_be_opened_is_refused(data: bytes, error: str) -> None:
    """It is called damaged only if a part is missing."""
    with pytest.raises((DocumentRefused, PictureRejected)) as refused:
        await open_file(data, 5, [1])
    assert getattr(refused.value, "fault", None) == error


def drawn(data: bytes) -> Image.Image:
    """Return what the process makes of a HEIC, decoded here."""
    _, (picture,) = document_process.heic_of(io.BytesIO(data))
    return Image.open(io.BytesIO(picture))


def heic(image: Image.Image, **options: object) -> bytes:
    """Return a picture as HEIC."""
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, **options)
    return out.getvalue()


def test_a_very_large_heic_is_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    """In stripes that leave no seam; what is larger still is refused."""
    whole = drawn(HEIC).convert("L")
    monkeypatch.setattr(document_process, "MOST_HEIC_KEPT", 100_000)
    monkeypatch.setattr(document_process, "STRIPE", 7)
    small = drawn(HEIC).convert("L")
    assert small.size == (280, 320)
    difference = ImageChops.difference(small, whole.reduce(2))
    assert max(ImageStat.Stat(difference.crop((0, top, 280, top + 1))).mean[0] for top in range(320)) < 8
    monkeypatch.setattr(document_process, "MOST_HEIC_PIXELS", 100_000)
    with pytest.raises(document_process.Refused, match="heic_too_much"):
        drawn(HEIC)


def test_heic_of_every_mode() -> None:
    """Transparency on white; grey, of more than 8 bits too; upright, whatever its metadata say."""
    clear = Image.new("RGBA", (64, 48))
    clear.paste("black", (0, 0, 16, 16))
    for image, corner in (
        (clear, 0),
        (Image.new("L", (64, 48), 200), 200),
        (Image.new("I;16", (64, 48), 50_000), 195),
    ):
        found = drawn(heic(image))
        assert found.size == (64, 48)
        assert abs(lightness(found, 4, 4) - corner) < 4
    assert lightness(drawn(heic(clear)), 60, 44) > 250


def test_a_heic_is_turned_once() -> None:
    """As iPhones write it, with the turn in the file and in its metadata."""
    image, metadata = Image.new("RGB", (64, 48), "white"), Image.Exif()
    image.paste("black", (0, 0, 16, 16))
    metadata[0x0112] = 6
    found = drawn(heic(image, exif=metadata.tobytes()))
    assert found.size == (48, 64)
    assert lightness(found, 44, 4) < 5 and lightness(found, 4, 60) > 250


def lightness(image: Image.Image, left: int, top: int) -> int:
    """Return how light a pixel is."""
    return int(np.asarray(image.convert("L"))[top, left])


async def test_without_its_package_a_heic_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its name, and nothing else fails."""
    code = PROCESS.read_text(encoding="utf-8").replace("import pillow_heif", "raise ImportError")
    code = code.replace("Path(__file__).resolve().parents[2]", repr(str(PROCESS.parents[2])))
    (tmp_path / "process.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr("assistant.pictures.documents.PROCESS", tmp_path / "process.py")
    with pytest.raises(DocumentRefused) as refused:
        await open_file(HEIC, 5, [1])
    assert refused.value.fault is DocumentFault.HEIC
    assert (await open_file(pdf(), 5, [1]))[0].page == 1


async def test_a_file_on_the_disk_is_opened_where_it_lies(tmp_path: Path, started: Started) -> None:
    """Of a PDF the bot itself reads only the beginning; what is no PDF is read as a whole, and bounded."""
    file = tmp_path / "file"
    file.write_bytes(pdf(500))
    (page,) = await open_file(file, 5, lambda pages: [pages - 1])
    assert (page.page, page.pages) == (499, 500)
    assert [process.stdin is None for process in started.processes] == [True, True]
    file.write_bytes(picture(30, 20))
    assert (await open_file(file, 5, [1]))[0].data == picture(30, 20)
    with file.open("ab") as written:
        written.truncate(MAX_BYTES + 1)
    with pytest.raises(PictureRejected) as refused:
        await open_file(file, 5, [1])
    assert refused.value.fault is PictureFault.TOO_MANY_BYTES


async def test_known_numbers_need_one_process(started: Started) -> None:
    """The pages are counted beside."""
    assert [(page.page, page.pages) for page in await open_file(pdf(3), 5, [3, 7])] == [(3, 3)]
    assert len(started.processes) == 1
