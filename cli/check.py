"""`eyeglass check`: check everything that the bot needs, one line each."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec

import typer
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from assistant.pictures.documents import open_file
from assistant.pictures.refusals import DocumentRefused
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.storage import INSIDE, Admissions, StorageError, StorageInUse, open_database
from bot.token import REFUSED, read_token
from model_service import ModelServiceError, open_service

FONTS = "install a font such as fonts-wqy-microhei (Debian, Ubuntu)"
HEIC = "pip install 'eyeglass[heic]' for the pictures of iPhones"


class _Wanting(Exception):
    """A check failed; the text says why."""


async def check_all(settings: Settings) -> bool:
    """Print a line for each check; return True if all pass."""
    checks: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "access": _check_access,
        "token": _check_token,
        "storage": _check_storage,
        "documents": _check_documents,
        "model": _check_model,
    }
    good = True
    for name, look in checks.items():
        try:
            typer.echo(f"{name}: ok, {await look(settings)}")
        except (_Wanting, SettingsError, StorageError, ModelServiceError) as error:
            typer.echo(f"{name}: {' '.join(str(error).split())}")
            good = False
    return good


async def _check_access(settings: Settings) -> str:
    access = settings.access
    if access.mode == "open":
        return "everybody may use the bot"
    try:
        async with open_database(settings.storage.path) as database:
            admissions = Admissions(database)
            inside = [one for one in await admissions.all() if one.standing in INSIDE]
            pairing = "" if await admissions.owner() else "; it has no owner yet: `eyeglass run` shows a pairing code"
    except StorageInUse:
        return "the running Eyeglass knows who may use it: say /people to it"
    chats = {one.id for one in inside if one.is_group} | set(access.chats)
    users = {one.id for one in inside if not one.is_group} | set(access.users)
    return f"{len(users)} people and {len(chats)} groups may use the bot{pairing}"


async def _check_token(settings: Settings) -> str:
    token = read_token(settings.telegram).get_secret_value()
    try:
        async with Bot(token, settings.telegram.base_url, settings.telegram.base_file_url) as bot:
            return f"the bot is @{bot.username}"
    except InvalidToken:
        raise _Wanting(REFUSED) from None
    except TelegramError as error:
        raise _Wanting(f"Telegram cannot be reached ({type(error).__name__})") from None


async def _check_storage(settings: Settings) -> str:
    try:
        async with open_database(settings.storage.path) as database:
            await database.write("DELETE FROM inbox WHERE FALSE")
    except StorageInUse:
        return f"{settings.storage.path} is in use by a running Eyeglass"
    return f"{settings.storage.path} can be written"


async def _check_documents(_: Settings) -> str:
    """Say what a file may be, and what to install for more; it is no failure to go without."""
    try:
        (page,) = await open_file(chinese_page(), 0, [1])
    except DocumentRefused as error:
        raise _Wanting(f"PDFs cannot be drawn here ({error})") from None
    heic = "HEIC" if find_spec("pillow_heif") else f"no HEIC ({HEIC})"
    chinese = f"blank ({FONTS})" if "glyphs" in page.flaws else "drawn"
    return f"PDF, TIFF, {heic}; Chinese in PDFs that do not bring its font is {chinese}"


def chinese_page() -> bytes:
    """Return a PDF of one page with Chinese in a font that it names but does not bring, as many invoices do."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 40]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length 45>>stream\nBT /F 20 Tf 10 10 Td <53D1796854088BA1> Tj ET\nendstream",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 880/StemV 93>>",
    )
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


async def _check_model(settings: Settings) -> str:
    async with open_service(settings.model.config(patient=False)) as model:
        info = await model.ready()
        resizes = model.server is not None and model.server.resizes
    note = "; the server resizes pictures on its own, so levels of detail count for little" if resizes else ""
    return f"{info.model} on {info.device} ({info.dtype}){note}"
