"""Pictures and files: how Telegram converts them, and how a bot gets them."""

import io

import pytest
from PIL import Image
from telegram import Bot
from telegram.error import BadRequest, InvalidToken

from playground import Chat, Server
from playground.moving import Moving
from tests.playground.conftest import picture


async def test_a_photo_is_recompressed_in_sizes(bot: Bot, chat: Chat) -> None:
    """Long side at most 1280, smallest first, JPEG whatever was sent."""
    await chat.send_photo(picture(3000, 1500), "What is this?")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.caption == "What is this?"
    sizes = [(size.width, size.height) for size in update.message.photo]
    assert sizes == [(90, 45), (320, 160), (800, 400), (1280, 640)]
    data = await (await update.message.photo[-1].get_file()).download_as_bytearray()
    with Image.open(io.BytesIO(data)) as got:
        assert (got.format, got.size) == ("JPEG", (1280, 640))
    assert len(data) == update.message.photo[-1].file_size


async def test_a_small_photo_is_not_blown_up(chat: Chat) -> None:
    """A photo of 200 pixels has two sizes, the larger its own."""
    post = await chat.send_photo(picture(200, 100))
    assert [(size["width"], size["height"]) for size in post.content["photo"]] == [(90, 45), (200, 100)]


async def test_a_photo_can_be_sent_as_it_is(bot: Bot, chat: Chat) -> None:
    """compress=False hands the bot exactly these bytes, even if they are no picture."""
    post = await chat.send_photo(b"broken", compress=False)
    assert post.file_id is not None
    assert await (await bot.get_file(post.file_id)).download_as_bytearray() == b"broken"


async def test_a_document_keeps_its_bytes(server: Server, bot: Bot, chat: Chat) -> None:
    """Bytes, name and type stay; an image gets a thumbnail; the unique id tells the same file again."""
    data = picture(640, 480)
    first, second = [await chat.send_document(data, "scan.png", caption="Read it") for _ in range(2)]
    document = first.content["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == ("scan.png", "image/png", len(data))
    assert document["thumbnail"]["width"] == 320
    assert document["file_unique_id"] == second.content["document"]["file_unique_id"]
    assert document["file_id"] != second.content["document"]["file_id"]
    file = await bot.get_file(document["file_id"])
    assert await file.download_as_bytearray() == data
    assert server.calls("download")[0]["path"].startswith("documents/file_")


async def test_a_bots_upload_is_kept_and_can_be_sent_again(server: Server, bot: Bot, chat: Chat) -> None:
    """SendPhoto and sendDocument keep the file; its file_id works for the same kind only."""
    photo = await bot.send_photo(chat.id, picture(300, 300), caption="A photo")
    file = await bot.send_document(chat.id, b"\x00\r\n--x\r\n\xff", filename="b.bin")
    assert file.document is not None
    assert await (await file.document.get_file()).download_as_bytearray() == b"\x00\r\n--x\r\n\xff"
    assert (await bot.send_photo(chat.id, photo.photo[-1].file_id)).photo == photo.photo
    with pytest.raises(BadRequest, match="Can't use file of this type as photo"):
        await bot.send_photo(chat.id, file.document.file_id)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(chat.id, b"no picture")
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await bot.send_photo(chat.id, picture(2100, 100))
    assert server.violations == []


async def test_files_over_20_mib_cannot_be_got(bot: Bot, chat: Chat) -> None:
    """The message tells the size; getFile refuses."""
    post = await chat.send_document(bytes(20 * 1024 * 1024 + 1), "big.tiff")
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(post.content["document"]["file_id"])
    with pytest.raises(BadRequest, match="Wrong file_id"):
        await bot.get_file("unknown")


async def test_a_download_can_fail(server: Server, bot: Bot, chat: Chat) -> None:
    """A link that leads nowhere is answered 404, and a fault can be planted on "download"."""
    post = await chat.send_document(b"x", "x.txt")
    file = await bot.get_file(post.content["document"]["file_id"])
    server.fail_next("download", 404, "Not Found")
    with pytest.raises(InvalidToken):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray() == b"x"


async def test_an_album_is_messages_with_one_group_id(chat: Chat) -> None:
    """The caption is on the first alone."""
    posts = await chat.send_album([picture(100, 100), picture(100, 50)], "Which is wider?")
    assert len({post.content["media_group_id"] for post in posts}) == 1
    assert [post.text for post in posts] == ["Which is wider?", ""]


async def test_an_albums_caption_is_on_any_of_its_pictures(chat: Chat) -> None:
    """`between` is awaited between them, and more of them may join."""
    waited: list[int] = []

    async def between() -> None:
        waited.append(len(chat.messages))

    posts = await chat.send_album([picture(50, 50)] * 3, "Which?", at=2, between=between)
    assert [post.content.get("caption") for post in posts] == [None, None, "Which?"]
    assert waited == [1, 2]
    group = posts[0].content["media_group_id"]
    (late,) = await chat.send_album([picture(50, 50)], media_group_id=group)
    assert {post.content["media_group_id"] for post in (*posts, late)} == {group}


async def test_stickers_and_what_moves_have_a_preview_or_none(bot: Bot, chat: Chat) -> None:
    """A static sticker is the picture itself; an animation is a document, too."""
    still = (await chat.send_sticker(picture(512, 512, "WEBP"))).content["sticker"]
    assert (still["is_video"], "thumbnail" in still) == (False, False)
    moving = (await chat.send_sticker(b"film", preview=picture(512, 256), moves=True)).content["sticker"]
    assert (moving["is_video"], moving["thumbnail"]["width"]) == (True, 320)
    file = await bot.get_file(moving["thumbnail"]["file_id"])
    with Image.open(io.BytesIO(await file.download_as_bytearray())) as preview:
        assert preview.size == (320, 160)
    kinds: tuple[Moving, ...] = ("animation", "video", "video_note")
    for kind in kinds:
        content = (await chat.send_moving(kind, picture(640, 320), "Look")).content
        assert content[kind]["thumbnail"]["width"] == 320
        assert ("document" in content) == (kind == "animation")
        assert "thumbnail" not in (await chat.send_moving(kind, None)).content[kind]
