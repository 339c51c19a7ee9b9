"""Everyone sees their place in line, and can cancel their own questions: places, Cancel, /cancel, /queue, /status."""

import logging

import pytest

from assistant.storage import Standing
from assistant.texts import texts_in
from bot.handlers.queue import lasting
from model_service import Limits, MemoryUse, ModelConfig
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

GIB = 1024**3

NAME = "@eyeglass_play_bot"


@pytest.fixture
async def busy(stage: Stage, server: Server) -> Stage:
    """A bot that writes one answer at a time, and stops before the first word of each until told to go on."""
    stage.config = ModelConfig(drain_seconds=0.2, limits=Limits(begun=1))
    stage.engine.hold = 0
    await stage.start()
    return stage


async def ask(chat: Chat, said: str, question: str = "What is this?", **more: object) -> tuple[Post, Post]:
    """Ask, wait until the bot says so far; returns the question and the bot's message."""
    post = await chat.send_photo(picture(), question, **more)  # type: ignore[arg-type]
    return post, await chat.answer(post, lambda reply: reply.reply_to == post.id and said in reply.text)


def by_bot(chat: Chat) -> list[Post]:
    """Return the bot's messages in a chat."""
    return [post for post in chat.messages if post.by_bot]


async def test_one_message_shows_the_place_then_the_answer(busy: Stage, server: Server) -> None:
    """In the person's language; the button is gone from what is whole."""
    people = [("Ada", "en"), ("Ben", "en"), ("Chen", "zh")]
    ada, ben, chen = (server.person(name, language_code=code).private() for name, code in people)
    first, _ = await ask(ada, "Looking")
    second, bens = await ask(ben, "Number 2 in line.")
    third, _ = await ask(chen, "排在第 3 位。")
    assert [button.text for button in bens.buttons] == ["Cancel"]
    busy.engine.go.set()
    for chat, post in ((ada, first), (ben, second), (chen, third)):
        assert "A grey gradient." in await settled(chat, post)
        assert len(by_bot(chat)) == 1


async def test_a_place_says_how_long_once_that_is_known(busy: Stage, server: Server) -> None:
    """After the first answer there is something to go by."""
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    busy.engine.go.set()
    await final(ada, await ada.send_photo(picture(), "What is this?"))
    busy.engine.go.clear()
    await ask(ada, "Looking")
    await ask(ben, "Number 2 in line, about 5 seconds.")


async def test_places_move_up(busy: Stage, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancelled question lets the others up, and they see it."""
    monkeypatch.setattr("bot.delivery.reply.LOOK_SECONDS", 0.01)
    ada, ben, chen = (server.person(name).private() for name in ("Ada", "Ben", "Chen"))
    await ask(ada, "Looking")
    _, bens = await ask(ben, "Number 2 in line.")
    _, chens = await ask(chen, "Number 3 in line.")
    assert await (await ben.press("Cancel", bens)).answered() == "Cancelled."
    await chen.wait_until(lambda: chens.text == "Number 2 in line.")
    assert len(by_bot(chen)) == 1


async def test_what_waits_can_be_cancelled(busy: Stage, server: Server) -> None:
    """The message says so, the model never hears of it, and the next question is answered."""
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    await ask(ada, "Looking")
    post, reply = await ask(ben, "Number 2 in line.")
    await ben.press("Cancel", reply)
    assert await settled(ben, post) == "Cancelled."
    busy.engine.go.set()
    await final(ben, await ben.send("And now?"))
    assert [request.messages[-1].text for request in busy.engine.requests] == ["What is this?", "And now?"]


async def test_an_answer_that_is_stopped_stays_marked(stage: Stage, chat: Chat) -> None:
    """The text so far stays on the screen, not in the history; a reply to it is about its picture."""
    stage.engine.hold = 1
    await stage.start()
    post, reply = await ask(chat, "A grey")
    await chat.press("Cancel", reply)
    assert await settled(chat, post) == "A grey\n\nCancelled: the answer ends here."
    stage.engine.hold = None
    await chat.send("/new")
    await final(chat, await chat.send("What else?", reply_to=reply))
    assert [message.text for message in stage.engine.requests[-1].messages] == ["What else?"]


@pytest.mark.parametrize("who", ["asker", "admin of the group", "admin of the bot"])
async def test_in_a_group_the_asker_and_admins_may_cancel(busy: Stage, server: Server, who: str) -> None:
    """Others get a notice, and nothing happens."""
    ada, ben, chen = (server.person(name) for name in ("Ada", "Ben", "Chen"))
    group = server.group("Family", ada, ben, chen)
    post, reply = await ask(group, "Looking", f"{NAME} What is this?", by=ben)
    assert "Only the person who asked" in await (await group.press("Cancel", reply, by=chen)).answered()
    assert reply.text == "Looking at the picture …"
    if who == "admin of the bot":
        assert busy.running is not None
        admissions = busy.running.services.admissions
        await admissions.let_in(chen.id, "Chen", ada.id)
        admission = await admissions.get(chen.id)
        assert admission is not None and await admissions.change(admission, Standing.ADMIN, ada.id)
    presser = {"asker": ben, "admin of the group": ada, "admin of the bot": chen}[who]
    assert await (await group.press("Cancel", reply, by=presser)).answered() == "Cancelled."
    assert await settled(group, post) == "Cancelled."


@pytest.mark.parametrize("data", ["cancel:{ben}", "cancel:999999", "cancel:-1", "cancel:x", "cancel:"])
async def test_a_forged_press_does_nothing(
    busy: Stage, server: Server, caplog: pytest.LogCaptureFixture, data: str
) -> None:
    """Numbers of messages count in the chat of the press alone; what is no number is no button's."""
    caplog.set_level(logging.INFO)
    eve, ben = server.person("Eve").private(), server.person("Ben").private()
    menu = await eve.answer(await eve.send("/detail"))
    await ben.answer(await ben.send("/help"))
    await ben.answer(await ben.send("/help"))
    post, _ = await ask(ben, "Looking")
    data = data.format(ben=post.id)
    query = {"id": "77", "from": eve.people[0].user, "chat_instance": "1", "data": data, "message": menu.content}
    server.put_update({"callback_query": query})
    await server.wait_until(lambda: server.calls("answerCallbackQuery"))
    assert "Cancelled" not in server.calls("answerCallbackQuery")[0].get("text", "")
    busy.engine.go.set()
    await final(ben, post)


async def test_a_late_press_does_nothing(busy: Stage, server: Server, chat: Chat) -> None:
    """Somebody presses while the answer comes."""
    post, reply = await ask(chat, "Looking")
    content = reply.content
    busy.engine.go.set()
    await final(chat, post)
    data = f"cancel:{post.id}"
    query = {"id": "77", "from": chat.people[0].user, "chat_instance": "1", "data": data, "message": content}
    server.put_update({"callback_query": query})
    await server.wait_until(lambda: server.calls("answerCallbackQuery"))
    assert "read at" in reply.text


async def test_cancel_drops_ones_own_questions_here(busy: Stage, server: Server) -> None:
    """Also one that waits behind somebody else's, but not others', and not those in other chats."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    adas, _ = await ask(group, "Looking", f"{NAME} What is this?", by=ada)
    bens, _ = await ask(group, "in line", f"{NAME} And this?", by=ben)
    private, _ = await ask(ben.private(), "Number 2 in line.")
    command = await group.send("/cancel", by=ben)
    assert "Dropped 1 question." in (await group.answer(command, lambda post: post.reply_to == command.id)).text
    busy.engine.go.set()
    await final(group, adas)
    assert await settled(group, bens) == "Cancelled."
    await final(ben.private(), private)
    await final(group, await group.send_photo(picture(), f"{NAME} And now?", by=ben))


async def test_queue_tells_ones_own_questions_and_the_number_of_all(busy: Stage, server: Server) -> None:
    """Nobody reads what others ask."""
    ada, ben = server.person("Ada").private(), server.person("Ben", language_code="zh").private()
    await ask(ada, "Looking", "Secret?")
    await ask(ben, "排在第 2 位。", "多少钱？")
    said = (await ada.answer(await ada.send("/queue"))).text
    assert said.splitlines() == ["Being answered: 1 question. Waiting: 1 question.", "Yours: Secret? – being answered"]
    said = (await ben.answer(await ben.send("/queue"))).text
    assert said.splitlines() == ["正在回答：1 个问题。 排队：1 个问题。", "您的提问：多少钱？ – 排在第 2 位。"]


async def test_status_tells_how_far_the_model_is_loaded(stage: Stage, server: Server) -> None:
    """Questions are kept meanwhile, and their askers read it too."""
    stage.may_load.clear()
    stage.gauges.loaded = 0.439
    await stage.start()
    ada = server.person("Ada").private()
    assert "The model is being loaded: 43 %." in (await ada.answer(await ada.send("/status"))).text
    await ask(ada, "I am still starting up, 43 % is done; your question is kept.")


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (59, "0 minutes", "0 分钟"),
        (3599, "59 minutes", "59 分钟"),
        (3600, "1 hour 0 minutes", "1 小时 0 分钟"),
        (90000, "1 day 1 hour", "1 天 1 小时"),
    ],
)
def test_a_long_time_is_told_as_people_say_it(seconds: float, english: str, chinese: str) -> None:
    """In days, hours and minutes."""
    assert (lasting(texts_in("en"), seconds), lasting(texts_in("zh"), seconds)) == (english, chinese)


async def test_status_tells_what_answers(busy: Stage, server: Server) -> None:
    """Model, device, the closest look there is, and how busy it is."""
    assert busy.running is not None
    await busy.running.services.model.ready()
    ada, chen = server.person("Ada").private(), server.person("Chen", language_code="zh").private()
    await ask(ada, "Looking")
    lines = (await ada.answer(await ada.send("/status"))).text.splitlines()
    assert lines[:3] == [
        "scripted on cpu, float32.",
        "A picture gets at most 1600 tokens here.",
        "Being answered: 1 question.",
    ]
    assert lines[3] == "Running for 0 minutes."
    busy.gauges.memory = MemoryUse(7 * GIB, 8 * GIB)
    assert "7.0 of 8.0 GiB of its memory are in use." in (await ada.answer(await ada.send("/status"))).text
    busy.gauges.memory = MemoryUse(GIB // 2, None)
    assert "I take 0.5 GiB of memory." in (await ada.answer(await ada.send("/status"))).text
    assert "1600" in (await chen.answer(await chen.send("/status"))).text
    commands = [command["command"] for command in server.calls("setMyCommands")[0]["commands"]]
    assert {"cancel", "queue", "status"} <= set(commands)
