"""A backup of a bot at work, restored where nothing is: conversations go on there as if it were the same place."""

import asyncio
from pathlib import Path

from assistant.storage import StorageInUse
from assistant.storage.backup import back_up_all
from assistant.storage.restore import restore_all
from model_service import GenerationRequest
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

PEOPLE = 5


def seen(request: GenerationRequest) -> list[tuple[str, str, list[bytes]]]:
    """Return what the model was shown: who said what, with which pictures."""
    return [(turn.role, turn.text, [shown.data for shown in turn.pictures]) for turn in request.messages]


async def test_what_was_backed_up_during_load_answers_the_same_elsewhere(
    stage: Stage, server: Server, chat: Chat, tmp_path: Path
) -> None:
    """Backups are made while several people ask; from the last one another machine goes on, with no file fetched."""
    await stage.start()
    others = [server.person(f"P{number}").private() for number in range(PEOPLE)]
    asked = await chat.send_photo(picture(), "What is this?")
    await final(chat, asked)
    made = list[int]()

    async def back_up_again_and_again() -> None:
        while len(made) < 3 or not all_answered.is_set():
            listing = await asyncio.to_thread(back_up_all, stage.folder, tmp_path / "backup.zip", "1.0")
            made.append(len(listing.files))

    async def ask(other: Chat) -> None:
        for question in ("What is this?", "And what is that?"):
            await final(other, await other.send_photo(picture(), question))

    all_answered = asyncio.Event()
    backing = asyncio.ensure_future(back_up_again_and_again())
    await asyncio.gather(*map(ask, others))
    all_answered.set()
    await backing
    assert made == sorted(made)
    await asyncio.to_thread(back_up_all, stage.folder, tmp_path / "backup.zip", "1.0")
    answers = list[tuple[str, list[tuple[str, str, list[bytes]]]]]()
    for folder in (stage.folder, tmp_path / "elsewhere"):
        if folder is not stage.folder:
            await stage.stop()
            await asyncio.to_thread(restore_all, folder, tmp_path / "backup.zip")
            stage.values["storage"] = {"path": folder}
            await stage.start()
        fetched = len(server.calls("getFile"))
        answer = await final(chat, await chat.send("What else?", reply_to=asked))
        answers.append((answer.text, seen(stage.engine.requests[-1])))
        assert len(server.calls("getFile")) == fetched
    assert answers[0] == answers[1]
    assert "What is this?" in str(answers[1][1])


async def test_nothing_is_restored_under_the_running_bot(stage: Stage, chat: Chat, tmp_path: Path) -> None:
    """A sentence, and the bot goes on."""
    await stage.start()
    await asyncio.to_thread(back_up_all, stage.folder, tmp_path / "backup.zip", "1.0")
    try:
        await asyncio.to_thread(restore_all, stage.folder, tmp_path / "backup.zip", replace=True)
    except StorageInUse as error:
        assert "stop it first" in str(error)
    else:
        raise AssertionError
    await final(chat, await chat.send_photo(picture(), "What is this?"))
