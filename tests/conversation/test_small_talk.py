"""Small talk is met without the model: a reaction, a line, or a closer look at what is doubted."""

import pytest

from model_service import ModelConfig
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.albums import answered
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"
LARGE = picture(1600, 1200)

pytestmark = pytest.mark.usefixtures("bot")


def levels(stage: Stage) -> list[str]:
    """Return the level of each question to the model."""
    return [str(request.detail) for request in stage.engine.requests]


def questions(stage: Stage) -> list[str]:
    """Return each question to the model."""
    return [request.messages[-1].text for request in stage.engine.requests]


async def asked(chat: Chat, question: str = "What is this?", **more: object) -> Post:
    """Return the bot's answer to a question about a picture in which much can be seen."""
    return await final(chat, await chat.send_document(LARGE, "a.png", caption=question, **more))  # type: ignore[arg-type]


async def reacted(chat: Chat, post: Post, emoji: str) -> None:
    """Wait for the bot's reaction to a message, to which it says nothing."""
    await chat.wait_until(lambda: post.reactions == [emoji])
    assert [other for other in chat.messages if other.by_bot and other.reply_to == post.id] == []


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("thanks!", "❤"),
        ("谢谢", "❤"),
        ("спасибо", "❤"),
        ("🙏", "❤"),
        ("ok", "👍"),
        ("👍", "👍"),
        ("好的", "👍"),
        ("да", "👍"),
    ],
)
async def test_thanks_and_agreement_get_a_reaction(stage: Stage, chat: Chat, text: str, emoji: str) -> None:
    """By itself or in a reply to the answer; the next question is about the picture as before."""
    answer = await asked(chat)
    await reacted(chat, await chat.send(text), emoji)
    await reacted(chat, await chat.send(text, reply_to=answer), emoji)
    await final(chat, await chat.send(f"{text}, and the date?"))
    assert questions(stage) == ["What is this?", f"{text}, and the date?"]


async def test_in_a_group_only_to_the_bot(stage: Stage, server: Server) -> None:
    """Under its answer, or with its name; what people say to each other is theirs."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    group.set_bot_status("administrator", ada)
    answer = await asked(group, f"{NAME} What is this?")
    between = await group.send("thanks!")
    await reacted(group, await group.send("thanks!", reply_to=answer, by=ben), "❤")
    await reacted(group, await group.send(f"Thank you {NAME}!"), "❤")
    await group.answer(await group.send(f"hello {NAME}"), lambda post: "/ask" in post.text)
    assert between.reactions == []
    assert len(stage.engine.requests) == 1


async def test_where_reactions_are_refused(stage: Stage, server: Server, chat: Chat) -> None:
    """Nothing is said, and the chat goes on."""
    await asked(chat)
    server.fail_next("setMessageReaction", 400, "Bad Request: REACTION_INVALID")
    post = await chat.send("thanks!")
    await server.acknowledged()
    await final(chat, await chat.send("And now?"))
    assert post.reactions == [] and len(stage.engine.requests) == 2


@pytest.mark.parametrize(
    ("language", "text", "words"), [("en", "Hello!", "Send me a picture"), ("zh", "你好", "请发一张图片")]
)
async def test_a_greeting(stage: Stage, server: Server, language: str, text: str, words: str) -> None:
    """One line, which says what to do next."""
    chat = server.person("Ada", language_code=language).private()
    assert words in (await chat.answer(await chat.send(text))).text
    assert stage.engine.requests == []


@pytest.mark.parametrize("text", ["are you sure?", "That's wrong!", "你确定吗？", "错了", "ты уверен?"])
async def test_doubt_looks_a_level_closer(stage: Stage, chat: Chat, text: str) -> None:
    """At the same picture and question, again and again; a reply says which answer is meant."""
    first = await asked(chat, "What is this?")
    await asked(chat, "And this?")
    await final(chat, await chat.send(text))
    await final(chat, await chat.send(text, reply_to=first))
    await final(chat, await chat.send(text))
    assert questions(stage) == ["What is this?", "And this?", "And this?", "What is this?", "What is this?"]
    assert levels(stage) == ["standard", "standard", "fine", "fine", "high"]


async def test_doubt_where_nothing_more_can_be_seen(stage: Stage, chat: Chat) -> None:
    """That is said, with what would help."""
    await asked(chat, "#max What is this?")
    assert "as closely as I can" in (await chat.answer(await chat.send("are you sure?"))).text
    assert len(stage.engine.requests) == 1


async def test_doubt_without_an_answer(stage: Stage, chat: Chat) -> None:
    """It asks which one is meant."""
    assert "Which answer" in (await chat.answer(await chat.send("really?"))).text
    assert "Which answer" in (await chat.answer(await chat.send("really?", reply_to=chat.messages[-1]))).text
    assert stage.engine.requests == []


async def test_doubt_is_about_ones_own_answer(stage: Stage, server: Server) -> None:
    """In a group nobody doubts what another asked, unless they reply to it."""
    ada, ben, chen = (server.person(name) for name in ("Ada", "Ben", "Chen"))
    group = server.group("Family", ada, ben, chen)
    await asked(group, f"{NAME} Whose?", by=ada)
    other = await asked(group, f"{NAME} What?", by=ben)
    await final(group, await group.send(f"{NAME} are you sure?", by=ada))
    assert "Which answer" in (await group.answer(await group.send(f"{NAME} are you sure?", by=chen))).text
    await final(group, await group.send("are you sure?", by=chen, reply_to=other))
    assert questions(stage) == ["Whose?", "What?", "Whose?", "What?"]
    assert levels(stage)[2:] == ["fine", "fine"]


async def test_doubt_in_a_forum_stays_in_its_topic(stage: Stage, server: Server) -> None:
    """The answers of other topics are not meant."""
    forum = server.group("Club", server.person("Ben"), forum=True)
    for topic, question in ((7, "First?"), (9, "Second?")):
        await asked(forum, f"{NAME} {question}", topic=topic)
    await final(forum, await forum.send(f"{NAME} are you sure?", topic=7))
    assert questions(stage) == ["First?", "Second?", "First?"]
    assert "Which answer" in (await forum.answer(await forum.send(f"{NAME} are you sure?", topic=11))).text


async def test_doubt_of_an_answer_about_an_album(stage: Stage, chat: Chat) -> None:
    """All of its pictures are looked at again."""
    posts = await chat.send_album([picture(900, 500), picture(500, 900)], "What is this?")
    await answered(chat, posts[0], 2)
    await answered(chat, await chat.send("are you sure?"), 2)
    plans = [stage.engine.plan(request) for request in stage.engine.requests]
    assert [plan.columns > plan.rows for plan in plans if plan] == [True, False] * 2
    assert levels(stage) == ["standard"] * 2 + ["fine"] * 2


async def test_doubt_of_a_table_is_a_table_again(stage: Stage, chat: Chat) -> None:
    """What was asked by a command is asked so again."""
    stage.engine.pieces = ("| a | b |\n| - | - |\n| 1 | 2 |",)
    await chat.send_document(LARGE, "a.png", caption="/table")
    await chat.wait_for(lambda post: "as a file" in post.text)
    post = await chat.send("are you sure?")
    await chat.answer(post, lambda said: "as a file" in said.text)
    assert levels(stage) == ["standard", "fine"]


@pytest.mark.parametrize("caption", ["thanks!", "你好", "👍", "really?"])
async def test_in_a_caption_it_asks_nothing(stage: Stage, chat: Chat, caption: str) -> None:
    """As if the picture had come alone."""
    data = picture(300, 200)
    await chat.answer(await chat.send_document(data, "a.png", caption=caption))
    await final(chat, await chat.send("What is this?"))
    (request,) = stage.engine.requests
    assert request.messages[-1].text == "What is this?" and request.pictures[0].data == data


async def test_after_ask_it_is_a_question(stage: Stage, chat: Chat) -> None:
    """Who says so means it."""
    await final(chat, await chat.send_photo(picture(), "/ask thanks"))
    await final(chat, await chat.send("/ask really?"))
    assert questions(stage) == ["thanks", "really?"]


async def test_after_a_restart_doubt_goes_on_where_it_was(stage: Stage, chat: Chat) -> None:
    """In the message that was begun, and about the answer before it, not about its own."""
    await asked(chat)
    stage.engine.hold = 1
    stage.values["model"]["drain_seconds"] = 0.0
    stage.config = ModelConfig(drain_seconds=0.0)
    post = await chat.send("are you sure?")
    growing = await chat.answer(post, lambda said: said.text == "A grey")
    await stage.stop()
    stage.engine.hold = None
    await stage.start()
    assert (await final(chat, post)).id == growing.id
    await stage.stop()
    await stage.start()
    await final(chat, await chat.send("are you sure?"))
    assert [level for level in levels(stage) if level != "standard"][-2:] == ["fine", "high"]
