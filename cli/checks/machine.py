"""This machine: who may read what is kept, the disk, and what files can be opened."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from assistant.pictures.documents import open_file
from assistant.pictures.refusals import DocumentRefused
from assistant.settings.settings import DEFAULT_FILE, Settings
from assistant.storage import INSIDE, Admissions, StorageInUse, open_database
from cli.checks.verdicts import Remark, Wanting

FONTS = "install a font such as fonts-wqy-microhei (Debian, Ubuntu)"
HEIC = "pip install 'eyeglass[heic]' for the pictures of iPhones"
OTHERS = 0o077

LEAST_FREE = 1 << 30
"""The bytes that should be free for pictures and the database."""


async def check_access(settings: Settings) -> str:
    """Say who may use the bot."""
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


async def check_storage(settings: Settings) -> str:
    """Write to the database, unless a running bot holds the lock."""
    try:
        async with open_database(settings.storage.path) as database:
            await database.write("DELETE FROM inbox WHERE FALSE")
    except StorageInUse:
        return f"{settings.storage.path} is in use by a running Eyeglass"
    return f"{settings.storage.path} can be written"


def check_permissions(settings: Settings) -> str:
    """See whether other users of this machine can read what is kept, or a secret."""
    telegram, folder = settings.telegram, settings.storage.path
    named = [telegram.token_file, telegram.proxy_file, settings.model.key_file]
    if telegram.proxy.get_secret_value():
        named.append(str(DEFAULT_FILE))
    paths = [folder, *(Path(name).expanduser() for name in named if name)]
    open_to_others = [
        f"chmod {'700' if path.is_dir() else '600'} {path}"
        for path in paths
        if path.exists() and path.stat().st_mode & OTHERS
    ]
    if open_to_others:
        raise Wanting(f"others on this machine can read what they should not: {'; '.join(open_to_others)}")
    foreign = [path.name for path in folder.glob("*") if path.stat().st_uid != folder.stat().st_uid]
    if foreign:
        raise Wanting(
            f"{', '.join(sorted(foreign))} in {folder} belong to another user than the folder, as after a command of "
            f"root's: chown -R --reference={folder} {folder}"
        )
    return f"{folder} is for its user alone"


def check_disk(settings: Settings) -> str:
    """See whether there is room for what people send."""
    free = shutil.disk_usage(settings.storage.path).free
    if free < LEAST_FREE:
        raise Wanting(
            f"{free / 2**30:.1f} GiB are free where {settings.storage.path} lies: make room, or keep less "
            "(storage.keep_days)"
        )
    return f"{free / 2**30:.0f} GiB are free for {settings.storage.path}"


async def check_documents(_: Settings) -> str:
    """Open a PDF."""
    try:
        await open_file(chinese_page(), 0, [1])
    except DocumentRefused as error:
        raise Wanting(f"PDFs cannot be drawn here ({error}): pip install --force-reinstall pypdfium2") from None
    return "PDF, TIFF"


def check_heic(_: Settings) -> str:
    """See whether the pictures of iPhones can be opened."""
    if find_spec("pillow_heif") is None:
        raise Remark(HEIC)
    return "the pictures of iPhones"


async def check_fonts(_: Settings) -> str:
    """Draw Chinese in a PDF that does not bring its font."""
    try:
        (page,) = await open_file(chinese_page(), 0, [1])
    except DocumentRefused:
        raise Remark("not tried, as PDFs cannot be drawn") from None
    if "glyphs" in page.flaws:
        raise Remark(f"Chinese in PDFs that do not bring its font is blank: {FONTS}")
    return "Chinese in PDFs that do not bring its font is drawn"


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
