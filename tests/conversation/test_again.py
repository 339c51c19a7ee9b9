"""The buttons under an answer: "Look closer" and "Retry"."""

import pytest

from assistant.storage import open_database
from bot.updates.inbox import MOST_ATTEMPTS
from model_service import STANDARD, Ability, GenerationRequest, ModelConfig
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, is_growing
from tests.conversation.forgetting import forget

NAME = "@eyeglass_play_bot"
LARGE = picture(1600, 1200)

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture(autouse=True)
def writes_freely(stage: Stage) -> None:
    """The model is one that can word an answer otherwise."""
    stage.engine.abilities.add(Ability.DESCRIBE)


def worded(request: GenerationRequest) -> list[tuple[str, str]]:
    """What was said, whoever said it."""
    return [(message.role, message.text) for message in request.messages]


async def asked(chat: Chat, question: str = "What is this?", **more: object) -> Post:
    """Return the bot's answer to a question about a picture in which much can be seen."""
    return await final(chat, await chat.send_document(LARGE, "a.png", caption=question, **more))  # type: ignore[arg-type]


async def without_buttons(chat: Chat, post: Post) -> None:
    """Wait until nothing under a message can be pressed."""
    await chat.wait_until(lambda: not post.buttons)


@pytest.mark.parametrize(
    ("language", "closer", "retry"), [("en", "Look closer", "Retry"), ("zh-hans", "再看仔细些", "再答一次")]
)
async def test_look_closer_asks_the_same_one_level_up(
    stage: Stage, server: Server, language: str, closer: str, retry: str
) -> None:
    """In an answer of its own under the old one, which stays as it is but for its buttons."""
    chat = server.person("Ada", language_code=language).private()
    post = await chat.send_document(LARGE, "a.png", caption="What is this?")
    first = await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))
    said = first.text
    assert [button.text for button in first.buttons] == [closer, retry]
    await chat.press(closer, first)
    second = await chat.answer(first, lambda reply: reply.reply_to == first.id and not is_growing(reply))
    one, other = stage.engine.requests
    assert (one.detail, str(other.detail)) == (STANDARD, "fine")
    assert worded(one) == worded(other) and one.pictures[0].data == other.pictures[0].data
    assert one.sampling == other.sampling and one.person == other.person
    await without_buttons(chat, first)
    assert first.text == said
    assert [button.text for button in second.buttons] == [closer, retry]


async def test_retry_looks_as_closely_and_words_it_otherwise(stage: Stage, chat: Chat) -> None:
    """The former answer is not shown to the model, which would repeat it; a chat that likes it lively keeps that."""
    first = await asked(chat)
    await chat.press("Retry", first)
    second = await final(chat, first)
    one, other = stage.engine.requests
    assert one.detail == other.detail and worded(one) == worded(other)
    assert (one.sampling.temperature, other.sampling.temperature) == (0.0, 0.7)
    await final(chat, await chat.send("And now?"))
    assert [message.text for message in stage.engine.requests[-1].messages][::2] == ["What is this?"] * 2 + ["And now?"]
    await chat.press("set:temperature:0.4", await menu(chat))
    await chat.press("Retry", second)
    await final(chat, second)
    assert stage.engine.requests[-1].sampling.temperature == 0.4


async def menu(chat: Chat) -> Post:
    """Return /settings, on its page about the wording."""
    shown = await chat.answer(await chat.send("/settings"), lambda post: bool(post.buttons))
    await chat.press("set:temperature:", shown)
    await chat.wait_until(lambda: "set:temperature:0.4" in [button.data for button in shown.buttons])
    return shown


async def test_step_by_step_up_to_the_cap(stage: Stage, chat: Chat) -> None:
    """At what memory allows only Retry is left; what was asked for beyond it is read as closely as possible."""
    post = await asked(chat)
    levels = []
    while any(button.text == "Look closer" for button in post.buttons):
        await chat.press("Look closer", post)
        post = await final(chat, post)
        levels.append(str(stage.engine.requests[-1].detail))
    assert levels == ["fine", "high", "max"]
    assert [button.text for button in post.buttons] == ["Retry"]


@pytest.mark.parametrize(("width", "height", "closer"), [(60, 60, False), (500, 380, False), (600, 450, True)])
async def test_a_picture_of_which_every_pixel_was_seen_needs_no_closer_look(
    chat: Chat, width: int, height: int, closer: bool
) -> None:
    """At 504x392 pixels two of these are not shrunk; a closer look would only enlarge them."""
    post = await final(chat, await chat.send_document(picture(width, height), "a.png", caption="What is this?"))
    assert [button.text for button in post.buttons] == (["Look closer"] if closer else []) + ["Retry"]


async def test_of_an_album_any_picture_may_need_a_closer_look(chat: Chat) -> None:
    """Not the first alone."""
    posts = await chat.send_album([picture(60, 60), LARGE], "What is this?")
    first = await chat.answer(posts[0], lambda post: not is_growing(post) and "pictures read" in post.text)
    assert [button.text for button in first.buttons] == ["Look closer", "Retry"]


async def test_a_model_that_only_reads_has_no_other_words(stage: Stage, server: Server) -> None:
    """It would say the same again, unless the chat wants chance; of a read text there are no other words at all."""
    await stage.stop()
    stage.engine.abilities.remove(Ability.DESCRIBE)
    await stage.start()
    chat = server.person("Ben").private()
    assert [button.text for button in (await asked(chat)).buttons] == ["Look closer"]
    await chat.press("set:temperature:0.4", await menu(chat))
    assert [button.text for button in (await asked(chat)).buttons] == ["Look closer", "Retry"]
    assert [button.text for button in (await asked(chat, "/text")).buttons] == ["Look closer"]


async def test_one_press_is_one_question(stage: Stage, server: Server, chat: Chat) -> None:
    """A second press while it is on its way, and one after that, get a word and no answer."""
    first = await asked(chat)
    stage.engine.hold = 0
    await chat.press("Look closer", first)
    await chat.answer(first, is_growing)
    assert await (await chat.press("Retry", first)).answered() == "I am at it already."
    button = first.buttons[0].data
    stage.engine.go.set()
    second = await final(chat, first)
    await without_buttons(chat, first)
    server.put_update({"callback_query": _press(chat, first, button or "")})
    await server.wait_until(lambda: _says(server, "there is a newer answer"))
    await server.acknowledged()
    assert len(stage.engine.requests) == 2
    assert [post.id for post in chat.messages if post.by_bot] == [first.id, second.id]


async def test_a_closer_look_is_in_line_like_any_question(stage: Stage, chat: Chat) -> None:
    """It can be cancelled, its place is shown, and the buttons of the old answer can be pressed again then."""
    first = await asked(chat)
    stage.engine.hold = 0
    await chat.press("Look closer", first)
    growing = await chat.answer(first, is_growing)
    await chat.press("Cancel", growing)
    await chat.wait_until(lambda: growing.text == "Cancelled.")
    stage.engine.go.set()
    await chat.press("Look closer", first)
    await final(chat, first)
    await without_buttons(chat, first)


async def test_after_a_crash_it_goes_on_in_the_message_that_was_begun(stage: Stage, chat: Chat) -> None:
    """The press is an update like a question's."""
    first = await asked(chat)
    stage.engine.hold = 1
    await chat.press("Look closer", first)
    growing = await chat.answer(first, lambda post: post.text == "A grey")
    stage.values["model"]["drain_seconds"] = 0.0
    stage.config = ModelConfig(drain_seconds=0.0)
    await stage.stop()
    assert "restarted" in growing.text
    stage.engine.hold = None
    await stage.start()
    assert (await final(chat, first)).id == growing.id
    await without_buttons(chat, first)
    assert len([post for post in chat.messages if post.by_bot]) == 2


@pytest.mark.parametrize("who", ["asker", "admin of the group"])
async def test_in_a_group_it_is_up_to_the_asker_and_admins(stage: Stage, server: Server, who: str) -> None:
    """Others get a notice; the person who presses is the asker now."""
    ada, ben, chen = (server.person(name) for name in ("Ada", "Ben", "Chen"))
    group = server.group("Family", ada, ben, chen)
    first = await asked(group, f"{NAME} What is this?", by=ben)
    assert "Only the person who asked" in await (await group.press("Retry", first, by=chen)).answered()
    presser = {"asker": ben, "admin of the group": ada}[who]
    await group.press("Look closer", first, by=presser)
    await final(group, first)
    assert [request.person for request in stage.engine.requests] == [str(ben.id), str(presser.id)]


async def test_what_is_forgotten_cannot_be_asked_again(stage: Stage, chat: Chat) -> None:
    """The button says so, and goes."""
    first = await asked(chat)
    await final(chat, await chat.send("And now?"))  # What is on its way to the storage would be deleted on screen too.
    await forget(chat)
    assert "no longer know" in await (await chat.press("Look closer", first)).answered()
    await without_buttons(chat, first)
    assert len(stage.engine.requests) == 2


@pytest.mark.parametrize("data", ["again:5:0:{}::", "again:9999:0:{}::", "again:512:2:{}::", "again:512:0:{}:moon:"])
async def test_a_forged_press_does_nothing(stage: Stage, server: Server, chat: Chat, data: str) -> None:
    """Telegram's apps can send any data."""
    first = await asked(chat)
    server.put_update({"callback_query": _press(chat, first, data.format(first.reply_to))})
    await server.wait_until(lambda: server.calls("answerCallbackQuery"))
    await server.acknowledged()
    assert len(stage.engine.requests) == 1


def _press(chat: Chat, post: Post, data: str) -> dict[str, object]:
    user = chat.people[0].user
    return {"id": "77", "from": user, "chat_instance": "1", "data": data, "message": post.content}


def _says(server: Server, words: str) -> bool:
    return any(words in str(call) for call in server.calls("answerCallbackQuery"))


@pytest.mark.parametrize(
    ("change", "said"), [("SET received_at = 1", "ask me again"), (f"SET attempts = {MOST_ATTEMPTS}", "put it aside")]
)
async def test_a_press_that_is_not_answered_any_more_is_told_so(
    stage: Stage, chat: Chat, change: str, said: str
) -> None:
    """Too old, or deadly: in the message that was begun; the old answer can be asked again."""
    first = await asked(chat)
    stage.engine.hold = 1
    await chat.press("Look closer", first)
    growing = await chat.answer(first, lambda post: post.text == "A grey")
    await stage.stop()
    async with open_database(stage.folder) as database:
        await database.write("UPDATE inbox " + change + " WHERE state = 'waiting'")
    stage.engine.hold = None
    await stage.start()
    await chat.wait_until(lambda: said in growing.text)
    assert not growing.buttons
    await chat.press("Look closer", first)
    await chat.answer(growing, lambda post: post.reply_to == first.id and "read at" in post.text)


async def test_all_pictures_of_an_album_are_looked_at_again(stage: Stage, chat: Chat) -> None:
    """One press, one answer about each of them."""
    posts = await chat.send_album([picture(900, 500), picture(500, 900)], "What is this?")
    first = await chat.answer(posts[0], lambda post: not is_growing(post) and "pictures read" in post.text)
    await chat.press("Look closer", first)
    await chat.answer(first, lambda post: post.reply_to == first.id and "2 pictures read" in post.text)
    plans = [stage.engine.plan(request) for request in stage.engine.requests]
    assert [str(request.detail) for request in stage.engine.requests] == ["standard"] * 2 + ["fine"] * 2
    assert [plan.columns > plan.rows for plan in plans if plan] == [True, False] * 2


async def test_in_a_topic_of_a_forum_it_stays_there(server: Server) -> None:
    """The newer answer is in the topic of the old one."""
    forum = server.group("Club", server.person("Ben"), forum=True)
    post = await forum.send_photo(LARGE, f"{NAME} What is this?", topic=7)
    first = await final(forum, post)
    await forum.press("Look closer", first)
    second = await final(forum, first)
    assert second.content["message_thread_id"] == first.content["message_thread_id"] == 7
