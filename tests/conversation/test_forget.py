"""/forget deletes a chat's pictures, questions and answers, also those that are being worked on."""

from pathlib import Path

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


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


async def test_forget_leaves_nothing_of_the_chat(stage: Stage, server: Server, chat: Chat) -> None:
    """While the bot runs: no word in any file, no copy, no picture to ask about; others keep theirs."""
    await stage.start()
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), "Bens question?"))
    await final(chat, await chat.send_photo(picture(), "Adas question?"))
    await chat.answer(await chat.send_document(b"%PDF-1.7", "after-it.pdf"))
    assert b"Adas question" in stored(stage)
    assert copies(stage) == 2
    said = await chat.answer(await chat.send("/forget"))
    assert "1 picture and 1 answer" in said.text
    assert b"Adas question" not in stored(stage)
    assert copies(stage) == 1
    assert "picture first" in (await chat.answer(await chat.send("And now?"))).text
    await final(ben, await ben.send("And mine?"))


async def test_forget_ends_what_is_being_answered_and_what_waits(stage: Stage, server: Server, chat: Chat) -> None:
    """The begun answer is taken off the screen, the waiting question is never asked, and the chat goes on."""
    stage.engine.hold = 1
    await stage.start()
    begun = await chat.answer(await chat.send_photo(picture(), "Secret one?"))
    await chat.send("Secret two?")
    await server.acknowledged()
    assert "Deleted" in (await chat.answer(await chat.send("/forget"), lambda post: "Deleted" in post.text)).text
    assert begun.deleted
    assert b"Secret" not in stored(stage)
    stage.engine.hold = None
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert [request.messages[-1].text for request in stage.engine.requests] == ["Secret one?", "What is this?"]
    await stage.stop()
    assert b"Secret" not in stored(stage)


async def test_in_a_group_its_admins_forget(stage: Stage, server: Server) -> None:
    """A member cannot delete what the others asked."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?", by=ben))
    assert "only its admins" in (await group.answer(await group.send("/forget", by=ben))).text
    assert copies(stage) == 1
    assert "Deleted" in (await group.answer(await group.send("/forget", by=ada))).text
    assert copies(stage) == 0
