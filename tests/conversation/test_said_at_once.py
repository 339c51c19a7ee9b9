"""What people say at once, in several messages: a question before its picture, pictures one by one, a cut text."""

import asyncio

import pytest

from playground import Chat, Post, Server
from playground.origins import origin_of_channel
from tests.bot.samples import picture
from tests.conversation.albums import HandWindow, answered, looked_at, pictures
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"
NEWS = origin_of_channel("News")
TOTAL = "What is the total?"


def asked(stage: Stage) -> list[str]:
    """Return the questions that the engine got."""
    return [request.messages[-1].text for request in stage.engine.requests]


def said_by_bot(chat: Chat) -> list[Post]:
    """Return what the bot says now."""
    return [post for post in chat.messages if post.by_bot]


async def known(chat: Chat, stage: Stage) -> None:
    """Have an older picture known and talked about."""
    await final(chat, await chat.send_photo(pictures(1)[0], "What is this?"))
    stage.engine.requests.clear()


async def known_while_held(stage: Stage, chat: Chat) -> None:
    """As `known`, though the engine stops before the end of every other answer."""
    stage.engine.go.set()
    await known(chat, stage)
    stage.engine.go.clear()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question waits long for the picture that is forwarded behind it."""
    monkeypatch.setattr("bot.handlers.questions.FOLLOWS", 5.0)
    monkeypatch.setattr("bot.answering.HOLD", 5.0)


@pytest.mark.usefixtures("bot", "patient")
@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("caption", ["", "Prices rise again. Subscribe to @news"])
async def test_a_forwarded_picture_is_what_the_comment_before_it_asks_about(
    stage: Stage, chat: Chat, older: bool, caption: str
) -> None:
    """One answer, under the comment, about the picture that came with it; its own caption is nobody's question."""
    if older:
        await known(chat, stage)
    before = len(said_by_bot(chat))
    comment = await chat.send(TOTAL)
    await chat.send_photo(pictures(2)[1], caption, forward_origin=NEWS)
    await final(chat, comment)
    assert looked_at(stage)[-1] == 2
    assert set(asked(stage)) == {TOTAL}
    assert len(said_by_bot(chat)) == before + 1


@pytest.mark.usefixtures("bot", "patient")
async def test_a_forwarded_album_is_what_the_comment_before_it_asks_about(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """As a whole."""
    comment = await chat.send(TOTAL)
    await chat.send_album(pictures(3), forward_origin=NEWS)
    await window.arriving(3)
    window.turn(1.0)
    await answered(chat, comment, 3)
    assert looked_at(stage) == [1, 2, 3]
    assert len(said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot")
async def test_an_answer_about_an_older_picture_becomes_that_about_the_forwarded_one(stage: Stage, chat: Chat) -> None:
    """The picture came a moment too late: the same message says what is right, and only that is remembered."""
    await known(chat, stage)
    comment = await chat.send(TOTAL)
    wrong = await final(chat, comment)
    stage.engine.pieces = ("About the ", "new one.")
    await chat.send_photo(pictures(2)[1], forward_origin=NEWS)
    await chat.wait_until(lambda: "About the new one." in wrong.text and "read at" in wrong.text)
    assert looked_at(stage) == [1, 2]
    await final(chat, await chat.send("And the date?"))
    history = [message.text for message in stage.engine.requests[-1].messages]
    assert history == [TOTAL, "About the new one.", "And the date?"]
    assert looked_at(stage)[-1] == 2


@pytest.mark.usefixtures("bot")
async def test_a_picture_that_comes_later_is_another_matter(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opposite mistake: a follow-up about the picture before keeps its answer; the new one is asked about."""
    monkeypatch.setattr("bot.incoming.subject.CLOSE", -1.0)
    await known(chat, stage)
    follow_up = await final(chat, await chat.send(TOTAL))
    new = await chat.send_photo(pictures(2)[1])
    assert "What do you want to know" in await settled(chat, new)
    assert "A grey gradient." in follow_up.text
    assert looked_at(stage) == [1]


@pytest.mark.usefixtures("bot")
async def test_somebody_elses_picture_is_not_taken(stage: Stage, server: Server) -> None:
    """In a group the question waits for a picture of the one who asked."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    question = await group.send(f"{NAME} {TOTAL}", by=ada)
    assert "not seen a picture" in await settled(group, question)
    await group.send_photo(pictures(1)[0], by=ben)
    await group.send_photo(pictures(2)[1], by=ada)
    await final(group, question)
    assert looked_at(stage) == [2]


async def test_a_question_without_a_picture_is_kept_until_it_comes(stage: Stage, chat: Chat) -> None:
    """Also over a restart; /new ends the wait."""
    await stage.start()
    question = await chat.send(f"{TOTAL} #high")
    assert "picture first" in await settled(chat, question)
    await stage.stop()
    await stage.start()
    photo = await chat.send_photo(picture())
    await final(chat, question)
    assert asked(stage) == [TOTAL]
    assert stage.engine.requests[0].pictures[0].detail.tokens > 500
    assert len(said_by_bot(chat)) == 2
    await chat.answer(await chat.send("/new"))
    await settled(chat, await chat.send("And the date?"))
    await chat.answer(await chat.send("/new"))
    photo = await chat.send_photo(picture())
    assert "What do you want to know" in await settled(chat, photo)


@pytest.mark.usefixtures("bot")
async def test_what_was_asked_before_the_picture_is_answered_as_one(stage: Stage, chat: Chat) -> None:
    """Nothing that waits for a picture is lost, and nothing is asked twice."""
    for words in (TOTAL, "And the date?", TOTAL):
        question = await chat.send(words)
        assert "picture first" in await settled(chat, question)
    await chat.send_photo(picture())
    await final(chat, question)
    assert asked(stage) == [f"{TOTAL}\nAnd the date?"]
    await final(chat, await chat.send("Last?"))
    assert asked(stage)[-1] == "Last?"


@pytest.mark.usefixtures("bot", "patient")
@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("behind", ["a text", "a captioned picture"])
async def test_a_question_on_either_side_of_a_picture(
    stage: Stage, chat: Chat, window: HandWindow, older: bool, behind: str
) -> None:
    """Both are asked about what stands between them."""
    if older:
        await known(chat, stage)
    first = await chat.send(TOTAL)
    await chat.send_photo(pictures(2)[1])
    await window.arriving(1)
    if behind == "a text":
        await chat.send("And the date?")
    else:
        await chat.send_photo(pictures(3)[2], "And the date?")
    await chat.answer(first, lambda post: post.reply_to == first.id and "read" in post.text)
    assert set(asked(stage)) - {TOTAL} == {f"{TOTAL}\nAnd the date?"}
    assert 2 in looked_at(stage)
    assert sum(post.reply_to == first.id for post in said_by_bot(chat)) == 1


@pytest.mark.parametrize("said", [["", TOTAL, "And the date?"], ["word " * 780, "And the date?"]])
async def test_what_was_said_in_parts_is_asked_whole_after_a_restart(stage: Stage, chat: Chat, said: list[str]) -> None:
    """The other parts are done with by then."""
    stage.engine.hold = 1
    await stage.start()
    if said[0]:
        await known_while_held(stage, chat)
        question, *_ = [await chat.send(words.strip()) for words in said]
    else:
        question = await chat.send(said[1])
        await settled(chat, question)
        await chat.send_photo(picture())
        await chat.send(said[2])
    await chat.answer(question, lambda post: "A grey" in post.text)
    await stage.server.acknowledged()
    await stage.stop()
    stage.engine.go.set()
    await stage.start()
    await final(chat, question)
    assert len(set(asked(stage)[-2:])) == 1
    assert asked(stage)[-1].endswith("And the date?") and asked(stage)[-1] != "And the date?"


@pytest.mark.usefixtures("bot", "patient")
async def test_a_question_just_before_a_captioned_picture_is_not_lost(stage: Stage, chat: Chat) -> None:
    """With no picture known it can be about no other one."""
    first = await chat.send(TOTAL)
    await chat.send_photo(picture(), "And the date?")
    await final(chat, first)
    assert asked(stage) == [f"{TOTAL}\nAnd the date?"]


@pytest.mark.usefixtures("bot")
async def test_a_captioned_picture_that_comes_later_has_its_own_question(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opposite mistake: people ask again when they send what they were asked for."""
    monkeypatch.setattr("bot.incoming.subject.CLOSE", -1.0)
    await settled(chat, await chat.send(TOTAL))
    await final(chat, await chat.send_photo(picture(), "How much is it?"))
    assert asked(stage) == ["How much is it?"]


@pytest.mark.usefixtures("bot")
async def test_a_reply_to_one_of_several_pictures_ends_the_wait(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """They are not asked about: the person said what they want to know."""
    posts = [await chat.send_photo(data) for data in pictures(3)]
    await window.arriving(3)
    await final(chat, await chat.send(TOTAL, reply_to=posts[1]))
    assert looked_at(stage) == [2]
    assert len(said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot")
async def test_cancel_drops_what_waits_for_a_picture(stage: Stage, chat: Chat) -> None:
    """Told to send one or not yet."""
    for told in (True, False):
        question = await chat.send(TOTAL)
        if told:
            await settled(chat, question)
        else:
            await stage.server.acknowledged()
        assert "Dropped 1 question" in await settled(chat, await chat.send("/cancel"))
    photo = await chat.send_photo(picture())
    assert "What do you want to know" in await settled(chat, photo)
    assert stage.engine.requests == []
    assert "No question of yours" in await settled(chat, await chat.send("/cancel"))


@pytest.mark.parametrize("held", ["what waits for its picture", "what the model is at"])
async def test_a_question_that_is_cut_off_by_a_kill_gets_its_picture(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    """Both come again from the inbox, in order: one answer."""
    monkeypatch.setattr("bot.handlers.questions.FOLLOWS", 30.0)
    stage.engine.hold = 0
    await stage.start()
    question = await chat.send(TOTAL)
    if held == "what the model is at":
        await chat.send_photo(pictures(2)[1], forward_origin=NEWS)
        await asyncio.to_thread(stage.engine.held.wait, 10)
    await stage.server.acknowledged()
    await stage.stop()
    stage.engine.go.set()
    await stage.start()
    if held == "what waits for its picture":
        await chat.send_photo(pictures(2)[1], forward_origin=NEWS)
    await final(chat, question)
    assert set(looked_at(stage)) == {2}
    assert sum("read at" in post.text for post in said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot", "window")
async def test_a_text_that_the_app_cut_is_one_question(stage: Stage, chat: Chat) -> None:
    """One answer for one paste."""
    await known(chat, stage)
    parts = ["Is this in the picture? " + "word " * 780, "and that?"]
    first, _ = [await chat.send(part.strip()) for part in parts]
    await final(chat, first)
    assert asked(stage) == [f"{parts[0].strip()} {parts[1]}"]


@pytest.mark.usefixtures("bot")
async def test_a_long_text_alone_is_a_question(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """After a second without more."""
    await known(chat, stage)
    question = await chat.send("word " * 790)
    await window.arriving(1)
    window.turn(1.0)
    await final(chat, question)
    assert len(asked(stage)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_question_of_somebody_else_waits_for_the_album_that_is_asked_about(
    stage: Stage, server: Server, window: HandWindow
) -> None:
    """It is about the last pictures in the group, which are not all there yet."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await group.send_album(pictures(2), f"{NAME} One?", by=ada)
    question = await group.send(f"/ask {TOTAL}", by=ben)
    await window.arriving(2)
    window.turn(1.0)
    await answered(group, question, 2)
    assert sorted(asked(stage)) == ["One?", "One?", TOTAL, TOTAL]


@pytest.mark.usefixtures("bot", "patient")
@pytest.mark.parametrize("older", [False, True])
async def test_a_question_before_a_picture_with_one_of_its_own_is_answered_too(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch, older: bool
) -> None:
    """An album of which only the second has words: the first question is not lost."""
    monkeypatch.setattr("bot.handlers.questions.FOLLOWS", 0.3)
    monkeypatch.setattr("bot.answering.HOLD", 0.3)
    if older:
        await known(chat, stage)
    question = await chat.send("One?")
    posts = await chat.send_album(pictures(2), TOTAL, at=1)
    await chat.answer(posts[1], lambda post: "2 pictures read" in post.text)
    await chat.answer(question, lambda post: post.reply_to == question.id and "read" in post.text)
    assert all(any(words in one for one in asked(stage)) for words in ("One?", TOTAL))
