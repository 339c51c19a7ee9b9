"""python -m bench signs: how soon a person sees that their message arrived, and how soon the answer is there."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import playground
from assistant.settings.settings import Settings
from assistant.tasks import background
from bench.load import PIECES, FixedEngine, Spread, spread
from bot.app import open_bot, settle
from model_service import ModelService, local_service, open_service
from playground import Chat, Post, Server
from playground.app import Call

PICTURE = "receipt.jpg"
QUESTION, TOTAL = "What is the total?", "12.15"
FOLLOW_UP, DATE = "What is the date?", "14/03/2025"

SIGN_SECONDS = 0.3
"""Seconds within which the median person has to see something."""

WORDS = frozenset({"sendMessage", "sendMessageDraft"})
SIGNS = WORDS | {"sendChatAction", "setMessageReaction", "editMessageText"}
"""The requests by which a person sees something."""

FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Plan:
    """Each kind of message is sent `rounds` times, each time by a new person, to a bot with nothing else to do.

    `model` is as the setting model.name, or "fixed" for one that takes 50 ms for any answer. An answer that takes
    longer than `patience` does not count.
    """

    rounds: int = 15
    model: str = FIXED
    patience: float = 5.0


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds until the first sign of any kind, the first words, and the whole answer; None where none ever came.

    They count from the first message of the kind. `answered` counts the answers.
    """

    sign: Spread | None
    words: Spread | None
    answer: Spread | None
    answered: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of each kind of message."""

    plan: Plan
    captioned_photo: Timed
    follow_up: Timed
    text_then_forwarded_photo: Timed
    bare_photo: Timed

    def wrong(self) -> str | None:
        """Whether a photo with its question, or a further question, looks unseen for too long."""
        signs = [timed.sign.median if timed.sign else None for timed in (self.captioned_photo, self.follow_up)]
        late = any(sign is None or sign > SIGN_SECONDS for sign in signs)
        return f"the first sign takes {signs} s" if late else None


@dataclass(slots=True)
class _Watch:
    """The times of what one chat sees, since `begin`."""

    chat: Chat
    begin: float = field(default_factory=time.monotonic)
    sign: float | None = None
    words: float | None = None
    answer: float | None = None

    def see(self, call: Call) -> None:
        """Note a request of the bot, if it is the first of its kind in this chat."""
        if call.method not in SIGNS or str(call.params.get("chat_id")) != str(self.chat.id):
            return
        now = time.monotonic() - self.begin
        self.sign = self.sign or now
        if call.method in WORDS:
            self.words = self.words or now


class _Person:
    """One who has never been here, with a picture that the bot has never seen."""

    def __init__(self, server: Server, plan: Plan, number: int) -> None:
        self.chat = server.person(f"P{number}").private()
        self._server, self._plan = server, plan
        picture = (resources.files("playground") / "pictures" / PICTURE).read_bytes()
        self._picture = picture + secrets.token_bytes(8)  # Decoders skip what comes after the end.

    async def show(self, caption: str = "", *, forwarded: bool = False) -> Post:
        """Send the picture, of one's own or forwarded from somebody."""
        origin = {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "Somebody"}
        more: dict[str, Any] = {"forward_origin": origin} if forwarded else {}
        return await self.chat.send_photo(self._picture, caption, compress=False, **more)

    @asynccontextmanager
    async def watching(self, said: str | None) -> AsyncIterator[_Watch]:
        """Watch what comes of what is sent in the block, until an answer that says this, or else any words."""
        watch = _Watch(self.chat)
        self._server.listen(watch.see)
        before = max((post.id for post in self.chat.messages), default=0)
        yield watch
        expected = "".join(PIECES) if said and self._plan.model == FIXED else said
        try:
            if expected is None:
                await self._server.wait_until(lambda: watch.sign, self._plan.patience)
            else:
                await self.chat.wait_until(lambda: self._is_answered(expected, before), self._plan.patience)
                watch.answer = time.monotonic() - watch.begin
        except TimeoutError:
            pass

    def _is_answered(self, said: str, before: int) -> bool:
        """Whether a message after the one numbered `before` is a whole answer."""
        posts = [post for post in self.chat.messages if post.id > before and post.by_bot and said in post.text]
        return any(not any((button.data or "").startswith("cancel:") for button in post.buttons) for post in posts)


async def _captioned(person: _Person) -> _Watch:
    async with person.watching(TOTAL) as watch:
        await person.show(QUESTION)
    return watch


async def _further(person: _Person) -> _Watch:
    await _captioned(person)
    async with person.watching(DATE) as watch:
        await person.chat.send(FOLLOW_UP)
    return watch


async def _forwarded(person: _Person) -> _Watch:
    async with person.watching(TOTAL) as watch:
        await person.chat.send(QUESTION)
        await person.show(forwarded=True)
    return watch


async def _bare(person: _Person) -> _Watch:
    async with person.watching(None) as watch:
        await person.show()
    return watch


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Run the bot beside the playground, and let one person after the other write."""
    async with playground.serve() as server:
        settings = Settings.model_validate(
            {
                "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
                "storage": {"path": folder},
                "access": {"mode": "open"},
                "model": {"name": "auto" if plan.model == FIXED else plan.model},
            }
        )
        model = _model(settings, plan)
        async with (
            open_bot(settings, SecretStr(server.token), model),
            background(settle(model), "announce the model"),
        ):
            await model.ready()
            await _time(_captioned, server, Plan(1, plan.model, plan.patience))  # To warm up.
            kinds = (_captioned, _further, _forwarded, _bare)
            captioned, further, forwarded, bare = [await _time(kind, server, plan) for kind in kinds]
    return Outcome(plan, captioned, further, forwarded, bare)


def _model(settings: Settings, plan: Plan) -> ModelService:
    config = settings.model.config()
    return local_service(FixedEngine, config) if plan.model == FIXED else open_service(config)


async def _time(kind: Callable[[_Person], Awaitable[_Watch]], server: Server, plan: Plan) -> Timed:
    watches = []
    for number in range(plan.rounds):
        watches.append(await kind(_Person(server, plan, number)))
        await server.acknowledged()
        await asyncio.sleep(0.1)  # What follows an answer is no part of the next one's time.
    answers = [watch.answer for watch in watches]
    return Timed(
        _spread([watch.sign for watch in watches]),
        _spread([watch.words for watch in watches]),
        _spread(answers),
        sum(answer is not None for answer in answers),
    )


def _spread(seconds: list[float | None]) -> Spread | None:
    known = [each for each in seconds if each is not None]
    return spread(known) if known else None
