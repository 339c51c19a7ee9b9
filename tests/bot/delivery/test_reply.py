"""One answer on screen: the rhythm of its edits, and a last text that is sure and not double."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

import playground
from bot.delivery.edit_throttle import EditThrottle
from bot.delivery.message import Place
from bot.delivery.rate_limiter import RetryAfterLimiter
from bot.delivery.reply import Reply
from bot.render import Part, render
from playground import Chat, Server
from tests.bot.clocks import Clock


@dataclass
class Screen:
    """A chat with a question in it, and a reply to it."""

    server: Server
    chat: Chat
    reply: Reply
    clock: Clock
    on_sent: list[int] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The current texts of the bot's messages."""
        return [post.text for post in self.chat.messages if post.by_bot]

    def count(self, method: str) -> int:
        """Return the number of calls of a method."""
        return len(self.server.calls(method))


@pytest.fixture
async def screen() -> AsyncIterator[Screen]:
    """A reply that shows at most every 1.5 seconds of its clock's."""
    async with playground.serve() as server:
        clock, on_sent = Clock(), list[int]()
        pacing = RetryAfterLimiter(clock, clock.sleep)
        builder = ApplicationBuilder().token(server.token).base_url(server.base_url).rate_limiter(pacing)
        application = builder.request(HTTPXRequest(read_timeout=0.5)).build()
        async with application:
            assert isinstance(application.bot, ExtBot)
            chat = server.person("Ada").private()
            question = await chat.send("What?")

            async def note(message_id: int) -> None:
                on_sent.append(message_id)

            throttle = EditThrottle(1.5, 3.0, clock)
            reply = Reply(application.bot, Place(chat.id, question.id), throttle=throttle, on_sent=note)
            yield Screen(server, chat, reply, clock, on_sent)
            assert server.violations == []


async def test_looks_keep_their_distance(screen: Screen) -> None:
    """The first text at once, the next after the interval, and none that changes nothing."""
    await screen.reply.show("One")
    screen.clock.now = 1.0
    await screen.reply.show("One, two")
    assert screen.texts == ["One"]
    screen.clock.now = 1.5
    await screen.reply.show("One, two, three")
    screen.clock.now = 9.0
    await screen.reply.show("One, two, three ")
    assert screen.texts == ["One, two, three"]
    assert (screen.count("sendMessage"), screen.count("editMessageText")) == (1, 1)


async def test_the_last_text_does_not_wait(screen: Screen) -> None:
    """It comes right after a look, in the same message, whose number was told."""
    await screen.reply.show("One")
    messages = await screen.reply.finish([Part("One, two.")])
    assert screen.texts == ["One, two."]
    assert messages == screen.on_sent


async def test_a_last_text_that_is_there_already_is_not_sent_again(screen: Screen) -> None:
    """No edit that changes nothing."""
    await screen.reply.show("One")
    await screen.reply.finish([Part("One")])
    assert screen.count("editMessageText") == 0


async def test_more_parts_are_more_messages(screen: Screen) -> None:
    """In order."""
    await screen.reply.show("One")
    assert len(await screen.reply.finish([Part("One."), Part("Two."), Part("Three.")])) == 3
    assert screen.texts == ["One.", "Two.", "Three."]


async def test_a_growing_answer_is_shown_as_it_will_be(screen: Screen) -> None:
    """Marks are read while it is written; the whole answer changes nothing that was right."""
    await screen.reply.show("**Tea** and\n\n```py\nx")
    post = screen.chat.messages[-1]
    assert (post.text, [entity["type"] for entity in post.entities]) == ("Tea and\n\nx", ["bold", "pre"])
    await screen.reply.finish(render("**Tea** and\n\n```py\nx\n```").parts)
    assert screen.count("editMessageText") == 0


async def test_a_file_is_sent_as_surely_as_a_text(screen: Screen) -> None:
    """Under the message that grew, and again after a failure."""
    await screen.reply.show("One")
    screen.server.fail_next("sendDocument", 502)
    parts = [Part("One, two."), Part("All of it", file=b"One, two, three.")]
    assert len(await screen.reply.finish(parts)) == 2
    assert screen.texts == ["One, two.", "All of it"]
    assert screen.count("sendDocument") == 2


async def test_a_look_that_fails_is_not_repeated_but_the_last_text_is(screen: Screen) -> None:
    """Errors of the server while it grows do no harm."""
    await screen.reply.show("One")
    screen.clock.now = 2.0
    screen.server.fail_next("editMessageText", 500)
    await screen.reply.show("One, two")
    assert screen.count("editMessageText") == 1
    screen.server.fail_next("editMessageText", 502)
    await screen.reply.finish([Part("One, two, three.")])
    assert screen.texts == ["One, two, three."]


async def test_too_many_requests_silence_the_looks_and_delay_the_last_text(screen: Screen) -> None:
    """Telegram's pause is kept, and then the text comes, however often that happens."""
    await screen.reply.show("One")
    screen.clock.now = 2.0
    screen.server.fail_next("editMessageText", 429, "Too Many Requests: retry after 300", retry_after=300)
    await screen.reply.show("One, two")
    screen.clock.now = 99.0
    await screen.reply.show("One, two, three")
    assert screen.count("editMessageText") == 1
    screen.server.fail_next("editMessageText", 429, "Too Many Requests: retry after 5000", retry_after=5000, times=9)
    await screen.reply.finish([Part("All.")])
    assert screen.texts == ["All."]
    assert screen.clock.slept == [203.0, *[5000.0] * 9]


async def test_a_look_whose_fate_is_unknown_is_not_sent_again(screen: Screen) -> None:
    """The whole answer is sent once, after it."""
    screen.server.time_out_next("sendMessage", delivered=False)
    await screen.reply.show("One")
    screen.clock.now = 10.0
    await screen.reply.show("One, two")
    assert screen.count("sendMessage") == 1
    await screen.reply.finish([Part("One, two, three.")])
    assert screen.texts == ["One, two, three."]


async def test_a_last_text_whose_fate_is_unknown_is_not_sent_again(screen: Screen) -> None:
    """It was delivered, but nobody said so."""
    screen.server.time_out_next("sendMessage", delivered=True)
    assert await screen.reply.finish([Part("All.")]) == []
    assert screen.texts == ["All."]


async def test_an_edit_whose_fate_is_unknown_is_made_again(screen: Screen) -> None:
    """An edit makes no double."""
    await screen.reply.show("One")
    screen.server.time_out_next("editMessageText", delivered=True)
    await screen.reply.finish([Part("All.")])
    assert screen.texts == ["All."]


async def test_a_deleted_message_is_sent_anew(screen: Screen) -> None:
    """Once."""
    await screen.reply.show("One")
    await screen.chat.delete(screen.chat.messages[-1])
    await screen.reply.finish([Part("All.")])
    assert screen.texts == ["All."]
    assert len(screen.on_sent) == 2


async def test_entities_that_telegram_does_not_take_cost_the_style_not_the_text(screen: Screen) -> None:
    """Plain text instead."""
    from telegram import MessageEntity

    screen.server.fail_next("sendMessage", 400, "Bad Request: can't parse entities")
    await screen.reply.finish([Part("All.", (MessageEntity("bold", 0, 3),))])
    assert screen.texts == ["All."]
    assert screen.chat.messages[-1].entities == []


async def test_typing_lasts_until_the_first_text(screen: Screen) -> None:
    """And is shown in the chat."""
    async with screen.reply.typing():
        await screen.chat.wait_until(lambda: "typing" in screen.chat.actions)
        await screen.reply.show("One")
    assert screen.texts == ["One"]


async def test_a_button_stands_there_until_the_whole_answer(screen: Screen) -> None:
    """It goes although the text does not change any more."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Cancel", callback_data="cancel:1")]])
    place = Place(screen.chat.id, screen.chat.messages[0].id)
    reply = Reply(screen.reply._bot, place, keyboard=keyboard)
    await reply.show("One")
    await reply.show("One, two")
    assert [button.data for button in screen.chat.messages[-1].buttons] == ["cancel:1"]
    await reply.finish([Part("One, two")])
    assert screen.texts == ["One, two"]
    assert screen.chat.messages[-1].buttons == []


async def test_a_look_is_taken_again_while_nothing_happens(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the block ends."""
    monkeypatch.setattr("bot.delivery.reply.LOOK_SECONDS", 0.01)
    reply = Reply(screen.reply._bot, Place(screen.chat.id, screen.chat.messages[0].id))
    seconds = iter(range(20, 0, -5))
    async with reply.growing(lambda: f"about {next(seconds, 5)} s"):
        await screen.chat.wait_until(lambda: screen.texts == ["about 5 s"])
    await reply.show("too late")
    assert screen.texts == ["about 5 s"]
    assert screen.count("sendMessage") == 1


async def test_cancellation_lets_a_look_arrive(screen: Screen) -> None:
    """Its number is noted, and the last text comes in the same message."""
    sent, go, noted = asyncio.Event(), asyncio.Event(), list[int]()

    async def note(message_id: int) -> None:
        sent.set()
        await go.wait()
        noted.append(message_id)

    place = Place(screen.chat.id, screen.chat.messages[0].id)
    reply = Reply(screen.reply._bot, place, on_sent=note)

    async def work() -> None:
        async with reply.growing(lambda: ""):
            await reply.show("One")

    task = asyncio.ensure_future(work())
    await sent.wait()
    task.cancel()
    ended, _ = await asyncio.wait([task], timeout=0.1)
    assert not ended
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert noted == await reply.finish([Part("Cancelled.")])
    assert screen.texts == ["Cancelled."]


async def test_another_chat_is_not_held_back(screen: Screen) -> None:
    """While one chat waits out Telegram's pause, another is written to."""
    screen.clock.go.clear()
    screen.server.fail_next("sendMessage", 429, "Too Many Requests: retry after 300", retry_after=300)
    held = asyncio.ensure_future(screen.reply.finish([Part("Late.")]))
    await screen.server.wait_until(lambda: screen.count("sendMessage"))
    ben = screen.server.person("Ben").private()
    other = Reply(screen.reply._bot, Place(ben.id, (await ben.send("Hi")).id))
    await other.finish([Part("Soon.")])
    assert screen.texts == []
    screen.clock.go.set()
    await held
    assert screen.texts == ["Late."]
