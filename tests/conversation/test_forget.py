"""/forget asks; Delete deletes a chat's pictures, questions and answers, also those that are being worked on."""

from pathlib import Path

import pytest

from playground import Chat, Post, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled
from tests.conversation.forgetting import DELETE, KEEP, asked, forget

NAME = "@eyeglass_play_bot"
NOTHING = "There is nothing to delete here."


def stored(stage: Stage) -> bytes:
    """Return every byte that the bot has on its disk."""
    folder = stage.values["storage"]["path"]
    assert isinstance(folder, Path)
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def copies(stage: Stage) -> int:
    """Return the number of copies of pictures that the bot has."""
    folder = stage.values["storage"]["path"]
    assert isinstance(folder, Path)
    return len(list((folder / "pictures").iterdir()))


def by_bot(chat: Chat) -> list[Post]:
    """Return the bot's messages in a chat."""
    return [post for post in chat.messages if post.by_bot]


async def test_forget_leaves_nothing_of_the_chat(stage: Stage, server: Server, chat: Chat) -> None:
    """While the bot runs: no word in any file, no copy, no picture to ask about; others keep theirs."""
    await stage.start()
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), "Bens question?"))
    await final(chat, await chat.send_photo(picture(), "Adas question?"))
    await chat.answer(await chat.send_document(b"%PDF-1.7", "after-it.pdf"))
    assert b"Adas question" in stored(stage)
    assert copies(stage) == 2
    said = await forget(chat)
    assert "disk: 1 picture and 1 answer" in said.text
    assert b"Adas question" not in stored(stage)
    assert copies(stage) == 1
    assert "picture first" in (await chat.answer(await chat.send("And now?"))).text
    await final(ben, await ben.send("And mine?"))


async def test_forget_asks_and_deletes_nothing_before_it_is_told_to(stage: Stage, chat: Chat) -> None:
    """It says how much there is; then both buttons are there, and everything else as well."""
    await stage.start()
    for words in ("One?", "Two?"):
        await final(chat, await chat.send_photo(picture(), words))
    await final(chat, await chat.send("Three?"))
    question = await asked(chat, await chat.send("/forget"))
    assert "2 pictures and 3 answers" in question.text
    assert [button.text for button in question.buttons] == ["Delete", "Keep"]
    assert copies(stage) == 2
    await final(chat, await chat.send("Still there?"))


async def test_keep_keeps_everything(stage: Stage, chat: Chat) -> None:
    """The question becomes the answer to it; asked once more, it can still be decided otherwise."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    question = await asked(chat, await chat.send("/forget"))
    await chat.press(KEEP, question)
    await chat.wait_until(lambda: question.text == "Nothing was deleted.")
    assert question.buttons == []
    await final(chat, await chat.send("Still there?"))
    assert "1 picture and 2 answers" in (await forget(chat)).text


async def test_it_is_asked_and_answered_in_chinese(stage: Stage, server: Server) -> None:
    """The buttons, too."""
    await stage.start()
    chat = server.person("Chen", language_code="zh").private()
    await settled(chat, await chat.send_photo(picture(), "这是什么？"))
    question = await asked(chat, await chat.send("/forget"))
    assert "1 张图片" in question.text
    await chat.press("删除", question)
    await chat.wait_until(lambda: "已彻底删除" in question.text)


async def test_what_came_between_the_question_and_the_press_goes_too(stage: Stage, server: Server, chat: Chat) -> None:
    """Answered or not; what comes after the press does not."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "Secret one?"))
    question = await asked(chat, await chat.send("/forget"))
    await final(chat, await chat.send_photo(picture(), "Secret two?"))
    stage.engine.hold = 1
    begun = await chat.answer(await chat.send("Secret three?"))
    await chat.press(DELETE, question)
    after = await chat.send_photo(picture(), "And this?")
    stage.engine.hold = None
    await chat.wait_until(lambda: "2 pictures and 2 answers" in question.text)
    assert begun.deleted
    assert b"Secret" not in stored(stage)
    await final(chat, after)
    assert copies(stage) == 1


async def test_forget_ends_what_is_being_answered_and_what_waits(stage: Stage, server: Server, chat: Chat) -> None:
    """The begun answer is taken off the screen, the waiting question is never asked, and the chat goes on."""
    stage.engine.hold = 1
    await stage.start()
    begun = await chat.answer(await chat.send_photo(picture(), "Secret one?"))
    await chat.send("Secret two?")
    await server.acknowledged()
    await forget(chat)
    assert begun.deleted
    assert b"Secret" not in stored(stage)
    stage.engine.hold = None
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert [request.messages[-1].text for request in stage.engine.requests] == ["Secret one?", "What is this?"]
    await stage.stop()
    assert b"Secret" not in stored(stage)


async def test_where_nothing_is_kept_nothing_is_asked(stage: Stage, chat: Chat) -> None:
    """The words of what was never answered go at once; a second time there is nothing either."""
    await stage.start()
    await chat.answer(await chat.send("Secret words?"))
    for _ in range(2):
        assert (await chat.answer(await chat.send("/forget"))).text == NOTHING
        assert b"Secret" not in stored(stage)
    assert [button for post in by_bot(chat) for button in post.buttons] == []


async def test_in_a_group_its_admins_forget(stage: Stage, server: Server) -> None:
    """A member cannot delete what the others asked: neither by the command nor by the admin's buttons."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?", by=ben))
    assert "only its admins" in (await group.answer(await group.send("/forget", by=ben))).text
    question = await asked(group, await group.send("/forget", by=ada))
    for data in (DELETE, KEEP):
        assert "only its admins" in await (await group.press(data, question, by=ben)).answered()
    assert (copies(stage), len(question.buttons)) == (1, 2)
    await group.press(DELETE, question, by=ada)
    await group.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)
    assert copies(stage) == 0


async def test_an_admin_decides_what_another_one_asked_for(stage: Stage, server: Server) -> None:
    """Both of them decide here."""
    await stage.start()
    group, _, zoe = await family(server)
    question = await asked(group, await group.send("/forget"))
    await group.press(DELETE, question, by=zoe)
    await group.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)


async def family(server: Server) -> tuple[Chat, Person, Person]:
    """Return a group with two admins that has one answer."""
    ada, zoe = server.person("Ada"), server.person("Zoe")
    group = server.group("Family", ada, zoe)
    group.room.admins.add(zoe.id)
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    return group, ada, zoe


@pytest.mark.parametrize(
    ("first", "second", "said", "notice", "left"),
    [
        (DELETE, DELETE, "disk: 1 picture and 1 answer", NOTHING, 0),
        (DELETE, KEEP, "disk: 1 picture and 1 answer", "That was settled already.", 0),
        (KEEP, KEEP, "Nothing was deleted.", "That was settled already.", 1),
    ],
)
async def test_two_admins_press_at_once(
    stage: Stage, server: Server, *, first: str, second: str, said: str, notice: str, left: int
) -> None:
    """What the first one brought about stands in the message; the second one is told what is true."""
    await stage.start()
    group, ada, zoe = await family(server)
    question = await asked(group, await group.send("/forget"))
    await group.press(first, question, by=ada)
    pressed = await group.press(second, question, by=zoe)
    assert await pressed.answered() == notice
    await server.acknowledged()
    assert said in question.text
    assert (question.buttons, copies(stage)) == ([], left)


async def test_delete_beside_keep_deletes(stage: Stage, server: Server) -> None:
    """Who pressed it must not believe in vain that all is gone: both are told what was done."""
    await stage.start()
    group, ada, zoe = await family(server)
    question = await asked(group, await group.send("/forget"))
    await group.press(KEEP, question, by=ada)
    pressed = await group.press(DELETE, question, by=zoe)
    assert "disk: 1 picture and 1 answer" in await pressed.answered()
    assert (question.text, copies(stage)) == ("Nothing was deleted.", 0)
    assert "disk: 1 picture and 1 answer" in by_bot(group)[-1].text


async def test_a_question_that_is_no_longer_there_can_still_be_answered(stage: Stage, chat: Chat) -> None:
    """Its message was deleted meanwhile: the result is a message of its own; Keep has nowhere to say so."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    question = await asked(chat, await chat.send("/forget"))
    await chat.delete(question)
    assert "no longer works" in await (await chat.press(KEEP, question)).answered()
    assert copies(stage) == 1
    await chat.press(DELETE, question)
    await chat.answer(question, lambda post: "disk: 1 picture and 1 answer" in post.text)
    assert copies(stage) == 0


async def test_of_two_questions_the_second_finds_nothing_to_delete(stage: Stage, chat: Chat) -> None:
    """Its message says so: nobody decided there before."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    other = await asked(chat, await chat.send("/forget"))
    await forget(chat)
    await chat.press(DELETE, other)
    await chat.wait_until(lambda: other.text == NOTHING)
    assert other.buttons == []


async def test_of_a_forum_all_topics_are_meant_and_it_is_said(stage: Stage, server: Server) -> None:
    """The question is in the topic where it was asked for."""
    await stage.start()
    forum = server.group("Club", server.person("Ada"), forum=True)
    for topic in (12, 13):
        await final(forum, await forum.send_photo(picture(), "/ask What is this?", topic=topic))
    question = await asked(forum, await forum.send("/forget", topic=12))
    assert "in all topics" in question.text
    assert "2 pictures and 2 answers" in question.text
    assert question.content["message_thread_id"] == 12
    await forum.press(DELETE, question)
    await forum.wait_until(lambda: "2 pictures and 2 answers" in question.text)


async def test_in_a_group_without_topics_none_are_mentioned(stage: Stage, server: Server) -> None:
    """Nobody there knows what a topic is."""
    await stage.start()
    group, _, _ = await family(server)
    assert "topic" not in (await asked(group, await group.send("/forget"))).text


async def test_a_press_waits_out_a_restart(stage: Stage, server: Server, chat: Chat) -> None:
    """It was pressed while the bot was off; the message of the former run becomes the result."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    question = await asked(chat, await chat.send("/forget"))
    await stage.stop()
    await chat.press(DELETE, question)
    await stage.start()
    await chat.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)
    assert copies(stage) == 0


async def test_telegram_fails_and_all_is_deleted_nevertheless(stage: Stage, server: Server, chat: Chat) -> None:
    """What is said of it comes when it can be said."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    question = await asked(chat, await chat.send("/forget"))
    server.fail_next("editMessageReplyMarkup", 502, "Bad Gateway")
    server.fail_next("editMessageText", 502, "Bad Gateway")
    await chat.press(DELETE, question)
    await chat.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)
    assert (question.buttons, copies(stage)) == ([], 0)
