"""Judge a mixed crowd's questions, and what is left of deleted chats."""

import dataclasses
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from assistant.storage.database import FOLDER
from assistant.texts.messages import Sentence
from playground import Server
from tests.crash.bot_process import BotProcess
from tests.crash.marks import mark_of, words_in
from tests.crash.mixed import Mixed

STARTING = str(Sentence.STARTING_UP).partition(";")[0]
FAILED = str(Sentence.FAILED).partition(".")[0]
NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The counts that must be 0, down to `violations`, and those that may be more.

    `lost` questions got neither an answer nor a sentence, `excused` a sentence instead (`sentences`); `set_aside` are
    rows and sentences. `twice` were answered in two messages whose numbers the bot knew; if it knew only one, it died
    between Telegram's acceptance and its note (`window`). `late` were answered after a confirmed /forget,
    `astray` with another's answer.
    `copies` and `words` are of forgotten chats. `starting` messages, whose numbers the bot knew, say for good that it
    starts up, `unfinished` rows are not done, `unconfirmed` were not told that they are forgotten.

    `stray` messages are beginnings of answers that go on elsewhere, `stray_starting` those whose numbers nobody knew
    and that say that the bot starts up, `loose` copies belong to no row (the hourly sweep takes them), `split` albums
    were answered in parts. `transcripts` are of the chats with unanswered questions, or with `starting` messages.
    """

    lost: int
    excused: int
    set_aside: int
    twice: int
    out_of_order: int
    late: int
    astray: int
    copies: int
    words: int
    starting: int
    unfinished: int
    unconfirmed: int
    violations: int
    window: int
    stray: int
    loose: int
    stray_starting: int
    split: int
    sentences: dict[str, int]
    transcripts: list[str]

    def wrong(self) -> dict[str, int]:
        """The counts that should be 0."""
        names = [field.name for field in dataclasses.fields(self)]
        ideal = names[: names.index("violations") + 1]
        return {name: getattr(self, name) for name in ideal if getattr(self, name)}


def judge(crowd: Mixed, bot: BotProcess, known: set[tuple[int, int]], violations: int) -> Verdict:
    """Check every chat, the database, and every file; `known` are the messages that the bot ever knew."""
    unanswered = list(crowd.unanswered)
    sentences = Counter(NUMBERS.sub("N", said) for name in unanswered for said in _said(crowd, name))
    excused = sum(bool(_said(crowd, name)) for name in unanswered)
    states = Counter(state for (state,) in bot.rows("SELECT state FROM inbox"))
    doubles = [_doubles(crowd, name, known) for name in crowd.whole]
    shown = [(chat.id, post) for chat in crowd.rooms.values() for post in chat.messages if post.by_bot]
    starting = [(chat, post.id) in known for chat, post in shown if STARTING in post.text]
    odd = {crowd.asked[name][0] for name in unanswered} | {chat for chat, post in shown if STARTING in post.text}
    paths = {path for (path,) in bot.rows("SELECT path FROM pictures")}
    copies = {file.name: mark_of(file) for file in (bot.folder / FOLDER).glob("*")}
    forgotten = set(crowd.forgets)
    return Verdict(
        lost=len(unanswered) - excused,
        excused=excused,
        set_aside=states["set_aside"] + sum(FAILED in post.text for _, post in shown),
        twice=sum(twice for twice, _, _ in doubles),
        out_of_order=len(crowd.out_of_order()),
        late=len(crowd.late),
        astray=len(crowd.astray),
        copies=sum(mark in forgotten for mark in copies.values()),
        words=len(list(words_in(bot.folder, forgotten))),
        starting=sum(starting),
        unfinished=states["waiting"] + states["working"],
        unconfirmed=len(forgotten - crowd.confirmed),
        violations=violations,
        window=sum(window for _, window, _ in doubles),
        stray=sum(_strays(crowd, name) for name in crowd.whole),
        loose=sum(name not in paths and mark not in forgotten for name, mark in copies.items()),
        stray_starting=len(starting) - sum(starting),
        split=sum(split for _, _, split in doubles),
        sentences=dict(sentences),
        transcripts=[_transcript(crowd, chat) for chat in odd],
    )


async def conclude(server: Server, bot: BotProcess, crowd: Mixed, known: Collection[tuple[int, int]] = ()) -> Verdict:
    """Judge by the messages that the bot knows now, and those that it knew before; then stop it."""
    now = bot.rows("SELECT chat, message_id FROM message_pictures")
    verdict = judge(crowd, bot, {*known, *now}, len(server.violations))
    bot.process.terminate()
    await bot.ended()
    return verdict


def is_idle(server: Server, bot: BotProcess) -> bool:
    """Return whether no update waits, neither in the bot nor at Telegram."""
    waiting = bot.rows("SELECT 1 FROM inbox WHERE state IN ('waiting', 'working') LIMIT 1")
    return not waiting and not server.pending


def _said(crowd: Mixed, name: str) -> list[str]:
    """Return what the bot says under a question."""
    asked = {post.id for post in crowd.asking[name]}
    chat = crowd.rooms[crowd.asked[name][0]]
    return [post.text for post in chat.messages if post.by_bot and post.reply_to in asked]


def _transcript(crowd: Mixed, chat: int) -> str:
    """Return the chat as text, a line a message: its number, what it replies to, who says what."""
    return "\n".join(
        f"{post.id} > {post.reply_to} {post.sender}: {' '.join(post.text.split())[:90]}"
        for post in crowd.rooms[chat].messages
    )


def _doubles(crowd: Mixed, name: str, known: set[tuple[int, int]]) -> tuple[int, int, int]:
    """Count the questions answered twice, those within the window, and those answered in parts of their album."""
    chat, posts = crowd.asked[name][0], [post for post in crowd.whole[name].values() if not post.deleted]
    under = Counter(post.reply_to for post in posts)
    noted = Counter(post.reply_to for post in posts if (chat, post.id) in known)
    twice = sum(max(0, noted[asked] - 1) for asked in under)
    return twice, sum(count - 1 for count in under.values()) - twice, max(0, len(under) - 1)


def _strays(crowd: Mixed, name: str) -> int:
    """Count the messages under an answered question that belong to none of its answers."""
    asked = {post.id for post in crowd.asking[name]}
    chat = crowd.rooms[crowd.asked[name][0]]
    under = [post for post in chat.messages if post.by_bot and post.reply_to in asked]
    return sum(post.id not in crowd.whole[name] for post in under)
