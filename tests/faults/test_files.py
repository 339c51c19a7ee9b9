"""An outage of Telegram's files is waited out like one of sending: the question keeps its place, others go on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.incoming.downloads import LONGEST_PAUSE, MOST_OF_A_CHAT, MOST_WAIT
from playground import Chat, Post, Server
from playground.files import Stored
from tests.bot.clocks import Clock
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final, settled
from tests.faults.conftest import assert_quiet, states

WAIT = 30.0
ASKED = "What is this?"
FAILURES = 9
PAUSES = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
KEPT_BACK = "does not hand out the file right now"


def by_bot(chat: Chat) -> list[str]:
    """Return the bot's messages in a chat."""
    return [post.text for post in chat.messages if post.by_bot]


async def held_up(server: Server, chat: Chat, patience: Clock) -> Post:
    """Ask a question whose file is unavailable; return when it waits for the next attempt."""
    patience.go.clear()
    server.fail_next("download", 502, "Bad Gateway", times=999, html=True)
    question = await chat.send_photo(picture(), ASKED)
    async with asyncio.timeout(WAIT):
        await patience.asleep.wait()
    return question


@pytest.mark.parametrize(("status", "html"), [(500, False), (502, True), (503, False), (504, True)])
@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_an_outage_of_files_is_waited_out(
    stage: Stage, server: Server, chat: Chat, patience: Clock, *, method: str, status: int, html: bool
) -> None:
    """With pauses that grow; then the question is answered, and nothing else is left in the chat."""
    await stage.start()
    server.fail_next(method, status, "Bad Gateway", times=FAILURES, html=html)
    await final(chat, await chat.send_photo(picture(), ASKED))
    await stage.stop()
    assert patience.slept == PAUSES
    assert (len(by_bot(chat)), states(stage)) == (1, ["done"])


async def test_a_file_that_does_not_come_in_time_is_tried_again(
    stage: Stage, server: Server, chat: Chat, patience: Clock
) -> None:
    """Both requests may stay without an answer."""
    stage.values["telegram"]["timeout_seconds"] = 0.3
    await stage.start()
    for method in ("getFile", "download"):
        server.time_out_next(method, delivered=False)
    await final(chat, await chat.send_photo(picture(), ASKED))
    assert patience.slept == PAUSES[:2]


async def test_no_connection_to_the_files_is_an_outage_as_well(stage: Stage, chat: Chat, patience: Clock) -> None:
    """It is tried again as often."""
    stage.values["telegram"]["base_file_url"] = "http://127.0.0.1:1/file/bot"
    await stage.start()
    await chat.answer(await chat.send_photo(picture(), ASKED), lambda post: "send it again" in post.text)
    assert patience.slept[: len(PAUSES)] == PAUSES


async def test_a_document_is_waited_for_as_well(stage: Stage, server: Server, chat: Chat, patience: Clock) -> None:
    """A PDF, whose pages are rendered then."""
    await stage.start()
    server.fail_next("download", 502, "Bad Gateway", times=2)
    await final(chat, await chat.send_document(pdf(), "a.pdf", caption=ASKED))
    assert patience.slept == PAUSES[:2]


async def test_an_outage_of_half_an_hour_is_told(
    stage: Stage, server: Server, chat: Chat, patience: Clock, log: pytest.LogCaptureFixture
) -> None:
    """The person is asked to send it again; the next picture has its own time."""
    await stage.start()
    server.fail_next("download", 502, "Bad Gateway", times=999)
    said = await chat.answer(await chat.send_photo(picture(), ASKED), lambda post: "send it again" in post.text)
    assert "could not fetch" in said.text
    assert MOST_WAIT - LONGEST_PAUSE <= sum(patience.slept) <= MOST_WAIT
    server.fail_no_more()
    await final(chat, await chat.send_photo(picture(), ASKED))
    await stage.stop()
    assert states(stage) == ["done"] * 2
    assert_quiet(log, stage)


async def test_an_album_waits_half_an_hour_once(stage: Stage, server: Server, chat: Chat, patience: Clock) -> None:
    """Not for one picture after another."""
    await stage.start()
    server.fail_next("download", 502, "Bad Gateway", times=9999)
    album = await chat.send_album([picture(width=320 + 8 * number) for number in range(7)], ASKED)
    for one in album:
        await chat.answer(one, lambda post: "send it again" in post.text)
    assert patience.now <= MOST_WAIT + LONGEST_PAUSE
    assert len(album) > MOST_OF_A_CHAT


async def test_a_question_whose_file_is_waited_for_keeps_its_place(
    stage: Stage, server: Server, chat: Chat, patience: Clock
) -> None:
    """The chat's next question is answered next, and others are answered meanwhile."""
    await stage.start()
    first = await held_up(server, chat, patience)
    second = await chat.send("And above?")
    server.fail_no_more()
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), ASKED))
    assert not any("read at" in text for text in by_bot(chat))
    patience.go.set()
    await final(chat, first)
    await final(chat, second)
    assert [len(request.messages) for request in stage.engine.requests] == [1, 1, 3]


async def test_files_that_are_waited_for_hold_no_connection(stage: Stage, server: Server, patience: Clock) -> None:
    """However many chats there are: the next one is served."""
    await stage.start()
    patience.go.clear()
    server.fail_next("download", 502, "Bad Gateway", times=30)
    chats = [server.person(f"P{number}").private() for number in range(30)]
    questions = [await chat.send_photo(picture(), ASKED) for chat in chats]
    await server.wait_until(lambda: len(server.calls("download")) == 30)
    ben = server.person("Ben").private()
    await final(ben, await ben.send_photo(picture(), ASKED))
    patience.go.set()
    for chat, question in zip(chats, questions, strict=True):
        await final(chat, question)


async def test_the_bot_may_be_stopped_while_a_file_is_waited_for(
    stage: Stage, server: Server, chat: Chat, patience: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next start goes on with the question."""
    monkeypatch.setattr("bot.app.LAST_SECONDS", 0.1)
    await stage.start()
    question = await held_up(server, chat, patience)
    await stage.stop()
    assert states(stage) == ["waiting"]
    server.fail_no_more()
    patience.go.set()
    await stage.start()
    await final(chat, question)
    assert len(by_bot(chat)) == 1
    await stage.stop()
    assert states(stage) == ["done"]


async def test_forget_ends_the_wait_for_a_file(stage: Stage, server: Server, chat: Chat, patience: Clock) -> None:
    """The question is gone with all else, and the file is not fetched any more."""
    await stage.start()
    await held_up(server, chat, patience)
    await chat.answer(await chat.send("/forget"), lambda post: "Deleted" in post.text or "nothing" in post.text)
    server.fail_no_more()
    patience.go.set()
    await stage.stop()
    assert states(stage) == ["done"] * 2
    assert len(server.calls("download")) == 1


async def test_who_waits_long_for_a_file_reads_why(stage: Stage, server: Server, chat: Chat, patience: Clock) -> None:
    """Once, and only until it goes on."""
    await stage.start()
    seen: list[str] = []
    server.watch(lambda _: seen.extend(text for text in by_bot(chat) if KEPT_BACK in text))
    server.fail_next("download", 502, "Bad Gateway", times=FAILURES)
    await final(chat, await chat.send_photo(picture(), ASKED))
    assert len(server.calls("sendMessage")) == 2
    assert seen and not any(KEPT_BACK in text for text in by_bot(chat))


Change = Callable[[bytes], bytes]
BODIES: dict[str, Change] = {
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "a gateway's page": lambda _: b"<!DOCTYPE html><html><body><h1>We are back soon</h1></body></html>",
    "a long page": lambda data: b"<html>" + bytes(2 * len(data)),
    "an error in JSON": lambda _: b'{"ok": false, "error_code": 500}',
}


@pytest.fixture
def changed(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """The changes to the bodies of the next downloads, one after another."""
    changes: list[Change] = []
    at = server.world.files.at

    def changing(path: str) -> Stored | None:
        stored = at(path)
        return replace(stored, data=changes.pop(0)(stored.data)) if stored and changes else stored

    monkeypatch.setattr(server.world.files, "at", changing)
    return changes


@pytest.mark.parametrize("change", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("kind", ["photo", "pdf"])
async def test_a_body_that_is_not_the_file_is_a_failed_attempt(
    stage: Stage, chat: Chat, patience: Clock, changed: list[Change], *, change: Change, kind: str
) -> None:
    """A part of it, or what a gateway says with a status of 200."""
    await stage.start()
    changed.extend([change] * 3)
    if kind == "pdf":
        question = await chat.send_document(pdf(), "a.pdf", caption=ASKED)
    else:
        question = await chat.send_photo(picture(), ASKED)
    await final(chat, question)
    assert patience.slept == PAUSES[:3]


async def test_a_file_that_is_no_picture_is_said_to_be_none(stage: Stage, chat: Chat, patience: Clock) -> None:
    """At once: it is what was sent."""
    await stage.start()
    for data, said in ((BODIES["a gateway's page"](b""), "not a picture"), (picture()[:300], "damaged")):
        assert said in await settled(chat, await chat.send_document(data, "a.png", mime="image/png", caption=ASKED))
    assert patience.slept == []


async def test_another_picture_than_was_announced_is_taken(
    stage: Stage, chat: Chat, patience: Clock, changed: list[Change]
) -> None:
    """Larger or smaller, it is whole."""
    await stage.start()
    for size in (20, 2000):
        other = picture(size, size, kind="BMP")
        changed.append(lambda _, other=other: other)  # type: ignore[misc]
        await final(chat, await chat.send_photo(picture(), ASKED))
    assert patience.slept == []


async def test_a_file_far_longer_than_announced_is_broken_off(
    stage: Stage, chat: Chat, patience: Clock, changed: list[Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the true reason."""
    monkeypatch.setattr("bot.incoming.bodies.MOST_READ", 100_000)
    await stage.start()
    changed.append(lambda data: data + bytes(100_000))
    assert "20 MB" in await settled(chat, await chat.send_photo(picture(), ASKED))
    assert patience.slept == []
    await final(chat, await chat.send_photo(picture(), ASKED))
