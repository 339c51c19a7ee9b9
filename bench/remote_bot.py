"""python -m bench.remote_bot ADDRESS: people talk to a bot whose model runs on a server; prints what was seen.

A photo, a follow-up, two levels and their numbers of tokens, an answer that is cancelled, more people at once than the
server likes, a conversation and a question that are too long: all by the bot's own client. MODEL_API_KEY is sent if it
is set. With `--process` a server that tells no figures is watched by the processor time of that process.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources

import httpx
from pydantic import SecretStr

import playground
from assistant.answering import Ended
from assistant.settings.settings import Settings
from bench.lag import PROCESSES
from bench.remote import FOLLOW_UP, QUESTION, RUNNING
from bot.app import open_bot
from model_service import EngineInfo, GenerationOutput, ModelService, open_service
from playground import Chat, Post

PATIENCE = 300.0
"""Seconds after which an answer counts as lost: a server on a processor is slow."""

TALK = "Tell me at length all that you see, and go on with it."
LEVELS = ("low", "high")
DATA = "cancel:"
"""What a button's data begins with while there is something to cancel."""

FAULT = re.compile(r"the server failed \((\w+)\)")
MOST_TOKENS = 512
"""The longest answer."""

TURNS = 8
"""The most follow-ups after which a conversation should be longer than a small context."""

FOUND = {None: "nothing: it does not count", True: "it resizes pictures", False: "it keeps the size of pictures"}

LONGEST = 4000
"""The characters of the longest question; Telegram takes 4,096."""


class Faults(logging.Handler):
    """Counts the kinds of failure that the client met, by its log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.kinds: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        if found := FAULT.search(record.getMessage()):
            self.kinds[found[1]] += 1

    def taken(self) -> str:
        """Return those since the last call, in words."""
        kinds, self.kinds = self.kinds, Counter()
        return ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items())) or "none"


@contextlib.contextmanager
def faults_counted() -> Iterator[Faults]:
    """Count the client's failures within the block."""
    faults, log = Faults(), logging.getLogger("model_service.backends.remote.answer")
    level = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(faults)
    try:
        yield faults
    finally:
        log.removeHandler(faults)
        log.setLevel(level)


class Watched:
    """How busy a server is: the answers that it says it writes, else the processor time of its process."""

    def __init__(self, address: str, process: int | None) -> None:
        self._metrics, self._process = address.rstrip("/").removesuffix("/v1") + "/metrics", process
        self.unit = "answers written" if process is None else "processors busy"
        """What `busy` counts."""
        self._mark = (0.0, 0.0)
        self.mark()

    def mark(self) -> None:
        """Begin to count."""
        self._mark = time.monotonic(), _processor_seconds(self._process)

    async def busy(self) -> float | None:
        """Return the answers that it writes, or the processors kept busy since the last mark; None: not told."""
        if self._process is None:
            async with httpx.AsyncClient() as http:
                response = await http.get(self._metrics)
            found = RUNNING.search(response.text) if response.status_code == httpx.codes.OK else None
            return None if found is None else float(found[1])
        begin, used = self._mark
        await asyncio.sleep(0.2)
        self.mark()
        return round((self._mark[1] - used) / (self._mark[0] - begin), 1)


def _processor_seconds(process: int | None) -> float:
    if process is None:
        return 0.0
    fields = (PROCESSES / str(process) / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Talk:
    """A running bot, its server, and all that is noticed of its answers."""

    people: playground.Server
    watched: Watched
    info: EngineInfo
    model: ModelService
    photo: bytes
    faults: Faults = field(default_factory=Faults)
    ended: asyncio.Queue[Ended] = field(default_factory=asyncio.Queue)

    def chat(self, name: str) -> Chat:
        """Return a new person's chat with the bot."""
        return self.people.person(name).private()

    async def ask(self, chat: Chat, question: str, photo: bytes | None = None) -> tuple[Post, GenerationOutput | None]:
        """Ask; return the bot's last words about it, and what the model's last request for it came to."""
        sent = await (chat.send(question) if photo is None else chat.send_photo(photo, question))
        post = await chat.answer(sent, lambda post: post.reply_to == sent.id and not _grows(post), PATIENCE)
        ended = await asyncio.wait_for(self.ended.get(), PATIENCE)
        return post, ended.outputs[-1] if ended.outputs else None


def _grows(post: Post) -> bool:
    return any((button.data or "").startswith(DATA) for button in post.buttons)


def tell(what: str, seen: object) -> None:
    """Print a row of the table."""
    print(f"| {what} | {seen} |", flush=True)


def _read(output: GenerationOutput | None) -> str:
    if output is None:
        return "no answer"
    seen = 0 if output.plan is None else output.plan.tokens
    first = "-" if output.seconds_to_first_token is None else f"{output.seconds_to_first_token:.2f} s"
    return f"{seen} visual of {output.prompt_tokens} tokens read, {output.tokens} written, first word after {first}"


async def converse(talk: Talk) -> None:
    """A photo and a follow-up; then two levels, whose numbers of tokens differ by as many as planned."""
    chat = talk.chat("Ada")
    for what, photo in ((QUESTION, talk.photo), (FOLLOW_UP, None)):
        tell(what, _read((await talk.ask(chat, what, photo))[1]))
    outputs = []
    for level in LEVELS:
        chat = talk.chat(level)
        await chat.answer(await chat.send(f"/detail {level}"))
        outputs.append((await talk.ask(chat, QUESTION, talk.photo))[1])
        tell(f"the same at {level}", _read(outputs[-1]))
    tell("tokens more at high than at low", _difference(outputs))
    resizes = None if talk.model.server is None else talk.model.server.resizes
    tell("found out by two blank pictures", FOUND[resizes])


def _difference(outputs: list[GenerationOutput | None]) -> str:
    read = [output for output in outputs if output is not None]
    plans = [output.plan.tokens for output in read if output.plan is not None]
    tokens = [output.prompt_tokens for output in read if output.prompt_tokens is not None]
    if len(plans) != len(LEVELS) or len(tokens) != len(LEVELS):
        return "not told"
    return f"{tokens[1] - tokens[0]}, planned {plans[1] - plans[0]}"


async def cancel(talk: Talk) -> None:
    """Press Cancel at the first words of a long answer, and see how soon the server stops."""
    chat = talk.chat("Ben")
    talk.watched.mark()
    sent = await chat.send_photo(talk.photo, TALK)
    growing = await chat.answer(sent, lambda post: post.reply_to == sent.id and _grows(post), PATIENCE)
    await chat.wait_until(lambda: len(growing.history) > 1 or not _grows(growing), PATIENCE)
    before = await talk.watched.busy()
    begin = time.monotonic()
    with contextlib.suppress(LookupError):  # It was quicker.
        await chat.press("Cancel")
    ended = await talk.ended.get()
    after = await talk.watched.busy()
    while after and time.monotonic() - begin < PATIENCE:
        after = await talk.watched.busy()
    seconds = time.monotonic() - begin
    seen = "not told" if after is None else f"{talk.watched.unit}: {before}, {seconds:.2f} s later {after}"
    written = sum(output.tokens for output in ended.outputs)
    tell("Cancel at the first words", f"{ended.end}, {written} of {MOST_TOKENS} tokens; {seen}")


async def crowd(talk: Talk, people: int) -> None:
    """Have many ask at once: each has an answer, however often the server said that it is busy."""
    talk.faults.taken()
    begin = time.monotonic()

    async def one(number: int) -> bool:
        chat = talk.chat(f"P{number}")
        sent = await chat.send_photo(talk.photo, QUESTION)
        await chat.answer(sent, lambda post: post.reply_to == sent.id and not _grows(post), PATIENCE)
        return True

    done = await asyncio.gather(*(one(number) for number in range(people)))
    ends = Counter([str((await talk.ended.get()).end) for _ in done])
    said = f"{dict(ends)} in {time.monotonic() - begin:.1f} s, failures met: {talk.faults.taken()}"
    tell(f"{people} people at once", said)


async def outgrow(talk: Talk) -> None:
    """Go on with a conversation until it no longer fits, then ask what does not fit by itself."""
    chat = talk.chat("Chen")
    talk.faults.taken()
    await talk.ask(chat, QUESTION, talk.photo)
    for number in range(1, TURNS + 1):
        post, output = await talk.ask(chat, f"{number}. {_words(600)}?")
        if talk.faults.kinds:
            break
    tell(f"follow-up {number} of 600 characters", f"{_read(output)} (failures met: {talk.faults.taken()})")
    chat = talk.chat("Dora")
    await talk.ask(chat, QUESTION, talk.photo)
    talk.faults.taken()
    post, output = await talk.ask(chat, f"{_words(LONGEST)}?")
    said = post.text if output is None or not output.text else _read(output)
    tell(f"a question of {LONGEST:,} characters", f"{said} (failures met: {talk.faults.taken()})")


def _words(characters: int) -> str:
    return ("What do you see there, and what else? " * (characters // 10))[:characters].strip(" ?,")


def settings_for(server: playground.Server, folder: str, address: str, name: str) -> Settings:
    """Return the settings of a bot in the playground whose model runs at an address."""
    return Settings.model_validate(
        {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "model": {"name": address, "remote_name": name, "max_tokens": MOST_TOKENS, "drain_seconds": 2.0},
            "reply": {"private_interval": 0.1, "footer": "everything"},
        }
    )


async def main(address: str, name: str, people: int, process: int | None) -> None:
    """Open everything, and play it."""
    ended = asyncio.Queue[Ended]()
    photo = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()
    with tempfile.TemporaryDirectory() as folder, faults_counted() as faults:
        async with playground.serve() as server:
            settings = settings_for(server, folder, address, name)
            model = open_service(settings.model.config())
            async with open_bot(settings, SecretStr(server.token), model, ended.put_nowait):
                info = await model.ready()
                tell("the server", f"{info.model}, context {info.context_tokens}, {info.together} answers at once")
                talk = Talk(server, Watched(address, process), info, model, photo, faults, ended)
                await converse(talk)
                await cancel(talk)
                await crowd(talk, people)
                await outgrow(talk)
        tell("requests that the Bot API does not know", len(server.violations))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.remote_bot", description=__doc__)
    parser.add_argument("address", help="such as http://127.0.0.1:8000/v1")
    parser.add_argument("--model", default="", help="the only one that it lists, where none is named")
    parser.add_argument("--people", type=int, default=6, help="how many ask at once")
    parser.add_argument("--process", type=int, help="the process that computes, of a server without /metrics")
    asked = parser.parse_args()
    asyncio.run(main(asked.address, asked.model, asked.people, asked.process))
