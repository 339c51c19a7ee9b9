"""python -m bench parts: ask about long screenshots and till rolls, and read out dense pages, with the pocket model.

All are drawn in typefaces kept out of training, and go through the assistant as a chat's pictures do.
"""

import asyncio
import contextlib
import io
import random
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count, pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from assistant.access import Asker
from assistant.answering import AnswerState, Assistant
from assistant.open_questions import OpenQuestions
from assistant.pictures.library import Library, Origin
from assistant.question import Question
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Chats, Database, Picture, Pictures, Turns, open_database
from assistant.texts import texts_in
from assistant.wording.question import parse
from bot.logs import set_up_logs
from model_service import ModelConfig, ModelService, Region, open_service
from training.fonts import find_families, find_words
from training.lists import NAMES
from training.metrics import character_errors

CHAT = 1
SIDE, DPI, POINTS = (2480, 3508), 300, 10
"""A page of A4 in pixels, at these dots to an inch, with type of this size."""

MOST_WRONG, LEAST_RIGHT = 0.03, 0.9
LOST, SAME = 0.5, 0.8
"""How alike a line is to what was read of it at least, and to a reading of that very line."""

_AMOUNT = re.compile(r"\d+[.,]\d\d")


@dataclass(frozen=True, slots=True)
class Plan:
    """The long pictures that are asked about, and the dense pages that are read out, of so many characters."""

    long: int = 30
    pages: int = 20
    characters: int = 3000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many answers hold the total, how many amounts stand nowhere in the picture; how well the pages are read.

    `wrong_characters` is the share of the worst page and of all, `lines` how many lines were lost or doubled. Seconds
    are the means for one picture. `missed` are the long pictures with a wrong answer.
    """

    asked: int
    right: int
    invented: int
    seconds_asked: float
    pages: int
    wrong_characters: float
    worst_page: float
    lines: int
    seconds_read: float
    missed: list[tuple[str, str, str]]

    def wrong(self) -> str:
        """Return what is wrong; empty if nothing is."""
        faults = {
            f"{self.right} of {self.asked} right": self.right < LEAST_RIGHT * self.asked,
            f"{self.invented} amounts invented": self.invented > 0,
            f"{self.wrong_characters:.1%} of the characters wrong": self.wrong_characters > MOST_WRONG,
            f"{self.lines} lines lost or doubled": self.lines > 0,
        }
        return "; ".join(said for said, is_wrong in faults.items() if is_wrong)


class Session:
    """One chat with the assistant."""

    def __init__(self, database: Database, model: ModelService, folder: Path) -> None:
        settings = Settings.model_validate({"model": {"detail": "standard"}})
        self._chats, self._pictures = Chats(database, settings.chat_defaults()), Pictures(database)
        self._library = Library(folder / FOLDER, self._pictures, lambda picture: asyncio.sleep(0, b""))
        questions = OpenQuestions(settings.model.limits())
        self._assistant = Assistant(model, Turns(database), questions, settings.model)
        self._numbers = count(1)

    async def ask(self, image: Image.Image, text: str, command: str | None = None, region: Region | None = None) -> str:
        """Return the answer about a new picture."""
        return "\n".join(reading.text for reading in (await self.last_state(image, text, command, region)).readings)

    async def last_state(
        self, image: Image.Image, text: str, command: str | None = None, region: Region | None = None
    ) -> AnswerState:
        """Return how a question about a new picture, or a region of it, ended."""
        out = io.BytesIO()
        image.save(out, "PNG")
        number, parsed = next(self._numbers), parse(text, command, texts_in("en"))
        origin = Origin("file", CHAT, number, None, str(number), str(number))
        pictures: list[Picture] = await self._library.take_in(out.getvalue(), origin, lambda pages: [1])
        settings = parsed.settings(await self._chats.settings(CHAT))
        asker = Asker(CHAT, "", None)
        question = Question(CHAT, number, number, asker, parsed, tuple(pictures), settings, region=region)
        *_, last = [state async for state in self._assistant.ask(question, self._library)]
        return last


@contextlib.asynccontextmanager
async def session(folder: Path) -> AsyncIterator[Session]:
    """Open a database and the pocket model."""
    config = ModelConfig(name="pocket", device="cpu")
    async with open_database(folder) as database, open_service(config) as model:
        yield Session(database, model, folder)


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Draw, ask and read."""
    set_up_logs("warning")
    faces = [path for family in find_families(split="test") for path in family.regular]
    missed, invented, begun = list[tuple[str, str, str]](), 0, time.monotonic()
    async with session(folder) as chat:
        for number in range(plan.long):
            rng = random.Random(f"{plan.seed} long {number}")
            image, total, known = (till_roll if number % 2 else screenshot)(rng, rng.choice(faces))
            said = await chat.ask(image, "What is the total?")
            invented += len({amount.replace(",", ".") for amount in _AMOUNT.findall(said)} - known)
            if total not in said.replace(",", "."):
                missed.append((f"{image.width}x{image.height}", total, said))
        asked = time.monotonic() - begun
        marks = [await _read(chat, plan, number, faces) for number in range(plan.pages)]
    return Outcome(
        plan.long,
        plan.long - len(missed),
        invented,
        round(asked / max(1, plan.long), 1),
        plan.pages,
        round(sum(wrong for wrong, _ in marks) / max(1, plan.characters * plan.pages), 4),
        round(max((wrong for wrong, _ in marks), default=0) / plan.characters, 4),
        sum(lines for _, lines in marks),
        round((time.monotonic() - begun - asked) / max(1, plan.pages), 1),
        missed,
    )


async def _read(chat: Session, plan: Plan, number: int, faces: list[str]) -> tuple[int, int]:
    """Return the wrong characters of a page that was read out, and how many of its lines are lost or doubled."""
    rng = random.Random(f"{plan.seed} page {number}")
    image, lines = dense_page(rng, rng.choice(faces), plan.characters)
    read = [line for line in (await chat.ask(image, "", "text")).splitlines() if line.strip()]
    return character_errors("\n".join(read), "\n".join(lines)), lost_or_doubled(read, lines)


def lost_or_doubled(read: list[str], lines: list[str]) -> int:
    """Count the lines of a page that nothing that was read is like, or that two lines that were read are like."""
    wholes = [*read, *map(" ".join, pairwise(read))]  # A line may have been read as two.
    lost = sum(max((_alike(whole, line) for whole in wholes), default=0.0) < LOST for line in lines)
    doubled = sum(sum(_alike(one, line) >= SAME for one in read) > 1 for line in lines)
    return lost + doubled


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def screenshot(rng: random.Random, face: str) -> tuple[Image.Image, str, set[str]]:
    """Draw a long chat, light or dark, one message of which names a total; return it with all amounts in it."""
    width, height = 1080, rng.randrange(2000, 20001, 250)
    font, dark = ImageFont.truetype(face, rng.choice((36, 40, 44))), rng.random() < 0.4
    colours = ("#121218", "#005c4b", "#282c34", "#ebebeb") if dark else ("#eef0f3", "#dcf8c6", "#fff", "#141414")
    ground, mine, theirs, ink = colours
    image = Image.new("RGB", (width, height), ground)
    draw, messages = ImageDraw.Draw(image), (height - 120) // 150
    place, total = rng.randrange(messages), f"{rng.randint(10, 99)}.{rng.randint(10, 99)}"
    for number in range(messages):
        words = " ".join(rng.choice((*NAMES.QUALITIES, *NAMES.GOODS)).lower() for _ in range(rng.randint(2, 5)))
        text = f"The total is {total}" if number == place else f"{words.capitalize()}."
        wide = draw.textlength(text, font=font) + 50
        left, top = (width - 60 - wide if rng.random() < 0.5 else 60), 60 + 150 * number
        draw.rounded_rectangle((left, top, left + wide, top + 90), 24, fill=mine if left > 60 else theirs)
        draw.text((left + 25, top + 20), text, font=font, fill=ink)
    return image, total, {total}


def till_roll(rng: random.Random, face: str) -> tuple[Image.Image, str, set[str]]:
    """Draw a receipt of 30 to 100 items; return it with its total and all amounts in it."""
    size, width = rng.choice((24, 28, 32)), rng.choice((560, 640, 720))
    prices = [rng.randint(50, 2500) for _ in range(rng.choice((30, 60, 100)))]
    items = [(rng.choice(NAMES.GOODS).capitalize(), f"{price / 100:.2f}") for price in prices]
    total = f"{sum(prices) / 100:.2f}"
    rows = [
        ("CORNER SHOP", ""),
        ("Date", "12/03/2025"),
        ("", ""),
        *items,
        ("", ""),
        ("TOTAL", total),
        ("Thank you", ""),
    ]
    font, step = ImageFont.truetype(face, size), round(1.5 * size)
    image = Image.new("RGB", (width, step * (len(rows) + 2)), "#fcfcfa")
    draw = ImageDraw.Draw(image)
    for number, (left, right) in enumerate(rows, start=1):
        draw.text((40, number * step), left, font=font, fill="#141414")
        draw.text((width - 40 - draw.textlength(right, font=font), number * step), right, font=font, fill="#141414")
    return image, total, {price for _, price in items} | {total}


def dense_page(rng: random.Random, face: str, characters: int) -> tuple[Image.Image, list[str]]:
    """Draw a page of A4 in small type; return it with its lines."""
    font = ImageFont.truetype(face, round(POINTS * DPI / 72))
    image, words, margin, step = Image.new("L", SIDE, 255), find_words(), 240, round(1.3 * POINTS * DPI / 72)
    draw, lines, line, top = ImageDraw.Draw(image), list[str](), "", margin
    while sum(map(len, lines)) < characters and top < SIDE[1] - margin:
        word = str(rng.randint(2, 999)) if rng.random() < 0.03 else rng.choice(words)
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=font) <= SIDE[0] - 2 * margin:
            line = longer
            continue
        draw.text((margin, top), line, font=font, fill=0)
        lines.append(line)
        line, top = word, top + step + (step // 2 if len(lines) % 7 == 0 else 0)
    return image, lines
