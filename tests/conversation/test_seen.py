"""The button "What you see" under /detail: the current picture as the model sees it."""

import pytest

from model_service import Detail, plan_detail
from playground import Chat, Post, Server
from playground.wire import JSON
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"
BUTTON = "detail:seen"


async def menu_of(chat: Chat, topic: int | None = None) -> Post:
    """Return the answer to /detail."""
    return await chat.answer(await chat.send("/detail", topic=topic))


def photos(chat: Chat, under: Post) -> list[Post]:
    """Return the bot's photos that reply to a message."""
    return [post for post in chat.messages if post.by_bot and post.reply_to == under.id and "photo" in post.content]


async def photo_under(chat: Chat, menu: Post) -> Post:
    """Press the button and return the photo."""
    press = await chat.press(BUTTON, menu)
    (photo,) = await chat.wait_until(lambda: photos(chat, menu))
    assert not await press.answered()
    return photo


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "This is what I see at standard: 14 x 18 = 252 tokens."),
        ("zh-hans", "“标准”级别下我看到的就是这样：14 x 18 = 252 个 token。"),
        ("ru", "Вот что я вижу на уровне «обычный»: 14 x 18 = 252 токена."),
    ],
)
async def test_the_picture_is_shown_as_the_model_sees_it(stage: Stage, server: Server, code: str, said: str) -> None:
    """Each of the plan's pixels becomes a square of the same whole number; Telegram need not shrink it."""
    await stage.start()
    chat = server.person("Ada", language_code=code).private()
    await chat.answer(await chat.send_document(picture(1200, 930), "a.png", caption="What is this?"))
    photo = await photo_under(chat, await menu_of(chat))
    assert photo.text == said
    plan = plan_detail(stage.engine.dial, Detail(256), 1200, 930)
    assert size_of(photo) == (2 * plan.width, 2 * plan.height)


def size_of(photo: Post) -> tuple[int, int]:
    """Return the size of the largest form of a photo."""
    largest: JSON = photo.content["photo"][-1]
    return int(largest["width"]), int(largest["height"])


async def test_pressed_twice_it_comes_twice_and_each_is_about_the_picture(stage: Stage, chat: Chat) -> None:
    """The level is the one that is set by then; a reply to what was shown asks about what was sent."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(900, 900), "What is this?"))
    menu = await menu_of(chat)
    await photo_under(chat, menu)
    await (await chat.press("detail:low", menu)).answered()
    await chat.press(BUTTON, menu)
    first, second = await chat.wait_until(lambda: found if len(found := photos(chat, menu)) == 2 else None)
    assert "at standard: 16 x 16 = 256 tokens" in first.text
    assert "at low: 11 x 11 = 121 tokens" in second.text
    await final(chat, await chat.send_photo(picture(300, 900), "And this?"))
    await final(chat, await chat.send("What was it?", reply_to=second))
    assert stage.engine.requests[-1].pictures[0].data == stage.engine.requests[0].pictures[0].data
    assert len(photos(chat, menu)) == 2


async def test_a_number_of_tokens_is_no_level(stage: Stage, chat: Chat) -> None:
    """It is called what it is."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(900, 900), "What is this?"))
    await chat.answer(await chat.send("/detail 100"))
    assert (await photo_under(chat, await menu_of(chat))).text.startswith("This is what I see at 100 tokens: 10 x 10")


async def test_each_topic_shows_its_own_picture(stage: Stage, server: Server) -> None:
    """In its thread; any member may press, for nothing is changed by it."""
    await stage.start()
    forum = server.group("Forum", server.person("Ada"), ben := server.person("Ben"), forum=True)
    await final(forum, await forum.send_photo(picture(900, 900), f"{NAME} What is this?", topic=12))
    menu = await menu_of(forum, topic=12)
    await forum.press(BUTTON, menu, by=ben)
    (photo,) = await forum.wait_until(lambda: photos(forum, menu))
    assert photo.content["message_thread_id"] == 12
    assert "not seen a picture here" in await (await forum.press(BUTTON, await menu_of(forum, topic=13))).answered()


async def test_without_a_picture_one_is_asked_for(stage: Stage, chat: Chat) -> None:
    """Nothing is sent; nor before the model is loaded, when nobody knows what it will see."""
    stage.may_load.clear()
    running = await stage.start()
    menu = await menu_of(chat)
    assert "Send me a picture first" in await (await chat.press(BUTTON, menu)).answered()
    await chat.answer(await chat.send_photo(picture()))
    assert "starting up" in await (await chat.press(BUTTON, menu)).answered()
    stage.may_load.set()
    await running.services.model.ready()
    await photo_under(chat, menu)


async def test_what_is_too_long_for_a_photo_is_a_file(stage: Stage, chat: Chat) -> None:
    """Telegram takes no photo that is more than 20 times as long as wide."""
    await stage.start()
    await final(chat, await chat.send_document(picture(4000, 60), "strip.png", caption="What is this?"))
    menu = await menu_of(chat)
    await chat.press(BUTTON, menu)
    shown = await chat.wait_for(lambda post: post.by_bot and post.reply_to == menu.id)
    assert shown.content["document"]["file_name"] == "seen.jpg"
    assert shown.text == "This is what I see at standard: 2 x 128 = 256 tokens."


async def test_a_picture_that_is_gone_is_told(stage: Stage, server: Server, chat: Chat) -> None:
    """Its copy, and the file at Telegram: the sentence for that, and no photo."""
    await stage.start()
    await final(chat, await chat.send_document(pdf(), "a.pdf", caption="What is this?"))
    for copy in (stage.folder / "pictures").iterdir():
        copy.unlink()
    server.fail_next("getFile", 400, "Bad Request: file is temporarily unavailable", times=1)
    menu = await menu_of(chat)
    await chat.press(BUTTON, menu)
    said = await chat.wait_for(lambda post: post.by_bot and post.reply_to == menu.id)
    assert "photo" not in said.content and "could not" in said.text
