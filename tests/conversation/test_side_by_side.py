"""People of one group are answered concurrently, each in the order of their questions; nobody is left in silence."""

import pytest

from assistant.storage import open_database
from model_service import EngineDead, Limits, ModelConfig
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled
from tests.conversation.forgetting import forget

NAME = "@eyeglass_play_bot"
BEHIND = "Your earlier question first, then this one."


@pytest.fixture
async def busy(stage: Stage) -> Stage:
    """A bot that writes one answer at a time, and stops before the first word of each until told to go on."""
    stage.config = ModelConfig(drain_seconds=0.2, limits=Limits(begun=1))
    stage.engine.hold = 0
    await stage.start()
    return stage


async def says(chat: Chat, post: Post, said: str) -> Post:
    """Return the bot's message to a question, once it says so."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and said in reply.text)


def by_bot(chat: Chat) -> list[Post]:
    """Return the bot's messages in a chat."""
    return [post for post in chat.messages if post.by_bot]


def asked(stage: Stage) -> list[str]:
    """Return the questions in the order in which the model began with them."""
    return [request.messages[-1].text for request in stage.engine.requests]


async def test_people_of_a_group_are_answered_at_the_same_time(stage: Stage, server: Server) -> None:
    """Two answers grow in turns, a slice each."""
    stage.config = ModelConfig(drain_seconds=0.2, slice_tokens=2)
    stage.engine.hold = 1
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    posts = [await group.send_photo(picture(), f"{NAME} What is this?", by=person) for person in (ada, ben)]
    for post in posts:
        assert (await says(group, post, "A grey")).buttons
    stage.engine.go.set()
    for post in posts:
        assert "A grey gradient." in await settled(group, post)


async def test_whoever_asks_much_does_not_hold_up_the_others_of_his_group(busy: Stage, server: Server) -> None:
    """Ben's one question comes before the second and the third of Ada, who keeps her order."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    first = await group.send_photo(picture(), f"{NAME} One?", by=ada)
    await says(group, first, "Looking")
    later = [await group.send(f"/ask {question}?", by=ada) for question in ("Two", "Three")]
    for post in later:
        await says(group, post, BEHIND)
    bens = await group.send(f"{NAME} Ben's?", by=ben)
    await says(group, bens, "Number 2 in line.")
    busy.engine.go.set()
    for post in (first, bens, *later):
        await final(group, post)
    assert asked(busy) == ["One?", "Ben's?", "Two?", "Three?"]
    assert len(by_bot(group)) == 4


async def test_a_follow_up_says_at_once_that_it_waits_and_then_knows_the_answer(busy: Stage, chat: Chat) -> None:
    """One message, edited; the model is shown what it answered before."""
    first = await chat.send_photo(picture(), "One?")
    await says(chat, first, "Looking")
    second = await chat.send("Two?")
    waiting = await says(chat, second, BEHIND)
    assert [button.text for button in waiting.buttons] == ["Cancel"]
    busy.engine.go.set()
    assert (await final(chat, second)).id == waiting.id
    assert [message.text for message in busy.engine.requests[-1].messages] == ["One?", "A grey gradient.", "Two?"]
    assert len(by_bot(chat)) == 2


async def test_while_the_model_loads_every_question_is_confirmed(stage: Stage, server: Server) -> None:
    """In the person's language, the second one too, instead of a place in a line that does not move."""
    stage.may_load.clear()
    await stage.start()
    ada, chen = server.person("Ada").private(), server.person("Chen", language_code="zh").private()
    first = await ada.send_photo(picture(), "One?")
    second = await ada.send("Two?")
    third = await chen.send_photo(picture(), "这是什么？")
    begun = [await says(ada, post, "I am still starting up; your question is kept.") for post in (first, second)]
    begun.append(await says(chen, third, "我还在启动，您的问题已经记下了。"))
    stage.may_load.set()
    for chat, post in ((ada, first), (ada, second), (chen, third)):
        assert "A grey gradient." in await settled(chat, post)
    assert by_bot(ada) + by_bot(chen) == begun


async def test_what_waits_for_ones_own_question_can_be_cancelled(busy: Stage, chat: Chat) -> None:
    """The one behind it goes on waiting for the first, and never hears of the one that was dropped."""
    first = await chat.send_photo(picture(), "One?")
    await says(chat, first, "Looking")
    second, third = await chat.send("Two?"), await chat.send("Three?")
    waiting = await says(chat, second, BEHIND)
    await says(chat, third, BEHIND)
    await chat.press("Cancel", waiting)
    assert await settled(chat, second) == "Cancelled."
    busy.engine.go.set()
    await final(chat, third)
    assert asked(busy) == ["One?", "Three?"]
    assert [message.text for message in busy.engine.requests[-1].messages][::2] == ["One?", "Three?"]


async def test_cancel_drops_all_that_waits(busy: Stage, chat: Chat) -> None:
    """Begun or behind another."""
    posts = [await chat.send_photo(picture(), "One?"), await chat.send("Two?"), await chat.send("Three?")]
    for post, said in zip(posts, ("Looking", BEHIND, BEHIND), strict=True):
        await says(chat, post, said)
    dropped = await chat.answer(await chat.send("/cancel"), lambda post: "Dropped" in post.text)
    assert dropped.text == "Dropped 3 questions."
    for post in posts:
        assert await settled(chat, post) == "Cancelled."
    assert asked(busy) == ["One?"]
    again = await chat.send("/cancel")
    assert (await chat.answer(again)).text == "No question of yours is waiting here."


async def test_queue_shows_what_waits_for_ones_own(busy: Stage, chat: Chat) -> None:
    """And counts it."""
    await says(chat, await chat.send_photo(picture(), "One?"), "Looking")
    await says(chat, await chat.send("Two?"), BEHIND)
    said = await chat.answer(await chat.send("/queue"), lambda post: "Waiting" in post.text)
    assert said.text.splitlines() == [
        "Being answered: 1 question. Waiting: 1 question.",
        "Yours: One? – being answered",
        "Yours: Two? – after your earlier one",
    ]


async def test_forget_ends_what_waits_for_ones_own(busy: Stage, chat: Chat) -> None:
    """All messages go, nothing is answered, and the chat goes on."""
    begun = await says(chat, await chat.send_photo(picture(), "One?"), "Looking")
    waiting = await says(chat, await chat.send("Two?"), BEHIND)
    await forget(chat)
    assert begun.deleted and waiting.deleted
    busy.engine.go.set()
    await final(chat, await chat.send_photo(picture(), "Three?"))
    assert asked(busy) == ["One?", "Three?"]


async def test_a_restart_keeps_each_persons_order_and_what_each_question_is_about(stage: Stage, server: Server) -> None:
    """Although another picture came since, and what was begun waits once more where only one may wait."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    stage.config = ModelConfig(drain_seconds=0.2, limits=Limits(begun=1))
    stage.engine.hold = 0
    stage.values["model"]["waiting_per_person"] = 1
    await stage.start()
    first = await group.send_photo(picture(200, 300), f"{NAME} One?", by=ada)
    await says(group, first, "Looking")
    second = await group.send("/ask Two?", by=ada)
    waiting = await says(group, second, BEHIND)
    bens = await group.send_photo(picture(300, 200), f"{NAME} Ben's?", by=ben)
    await says(group, bens, "Number 2 in line.")
    await stage.stop()
    stage.engine.requests.clear()
    stage.engine.hold = None
    await stage.start()
    assert (await final(group, second)).id == waiting.id
    for post in (first, bens):
        await final(group, post)
    upright = {}
    for request in stage.engine.requests:
        plan = stage.engine.plan(request)
        assert plan is not None
        upright[request.messages[-1].text] = plan.height > plan.width
    assert upright == {"One?": True, "Two?": True, "Ben's?": False}
    assert asked(stage).index("One?") < asked(stage).index("Two?")
    await final(group, await group.send(f"{NAME} And now?", by=ada))
    plan = stage.engine.plan(stage.engine.requests[-1])
    assert plan is not None and plan.height < plan.width


async def test_the_engines_death_is_no_fault_of_what_only_waited(stage: Stage, chat: Chat) -> None:
    """Both are left to the next run, which answers them in order; only the first has used up an attempt."""
    stage.engine.hold = 0
    await stage.start()
    first = await chat.send_photo(picture(), "One?")
    await says(chat, first, "Looking")
    second = await chat.send("Two?")
    await says(chat, second, BEHIND)
    stage.engine.then_raise = EngineDead("gone")
    stage.engine.go.set()
    for post in (first, second):
        await says(chat, post, "restarted")
    await stage.stop()
    async with open_database(stage.values["storage"]["path"]) as database:  # type: ignore[arg-type]
        rows = await database.rows("SELECT update_id, state FROM inbox WHERE state <> 'done' ORDER BY update_id")
    assert [row["state"] for row in rows] == ["waiting", "waiting"]
    stage.engine.then_raise, stage.engine.hold = None, None
    inbox = (await stage.start()).services.inbox
    assert [inbox.attempts(row["update_id"]) for row in rows] == [1, 0]
    await final(chat, first)
    await final(chat, second)
    assert asked(stage) == ["One?", "One?", "Two?"]


async def test_a_growing_answer_can_be_replied_to(busy: Stage, server: Server) -> None:
    """By another person of the group, about the same picture, although a newer one came since."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await group.answer(await group.send_photo(picture(200, 300), NAME, by=ada))
    first = await group.send("/ask One?", by=ada)
    growing = await says(group, first, "Looking")
    await group.answer(await group.send_photo(picture(300, 200), NAME, by=ada))
    for reply in (growing, first):
        await says(group, await group.send("/ask Ben's?", by=ben, reply_to=reply), "")
    busy.engine.go.set()
    await group.wait_until(lambda: len(busy.engine.requests) == 3 and busy.engine.requests)
    for request in busy.engine.requests:
        plan = busy.engine.plan(request)
        assert plan is not None and plan.height > plan.width


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("waiting_per_person", "At most 1 question of yours"),
        ("waiting_per_chat", "At most 1 question of this chat"),
        ("max_waiting", "Too many questions are waiting"),
    ],
)
async def test_what_waits_for_ones_own_question_counts(stage: Stage, chat: Chat, limit: str, said: str) -> None:
    """One too many is told so at once, while the first is still being answered; later ones are welcome."""
    stage.engine.hold = 0
    stage.values["model"][limit] = 1
    await stage.start()
    await says(chat, await chat.send_photo(picture(), "One?"), "Looking")
    second = await chat.send("Two?")
    await says(chat, second, BEHIND)
    assert said in await settled(chat, await chat.send("Three?"))
    stage.engine.go.set()
    await final(chat, second)
    await final(chat, await chat.send("Four?"))
    assert asked(stage) == ["One?", "Two?", "Four?"]
