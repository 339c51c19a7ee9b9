"""Which pictures of a question are seen together, in one request, and how much of each there is room for."""

from collections.abc import Sequence

from assistant.abilities import is_one_line_prompt
from assistant.pieces import needs_pieces, size_of
from assistant.question import Look, Question, Reading
from assistant.storage import Picture
from assistant.takers import written_down
from assistant.wording.each import asks_each, compares
from assistant.wording.transcription import transcription_of
from model_service import LEVEL_TOKENS, Detail, EngineInfo, Level, Transcription, plan_detail

FEWEST = LEVEL_TOKENS[Level.LOW]
"""The visual tokens below which less is seen of a picture than a question needs: rather the oldest is left out."""


def are_seen_together(question: Question, info: EngineInfo) -> bool:
    """Whether a question's pictures are seen in one request; else each has an answer of its own.

    What is to be written down, and what is asked of each, wants an answer about each. Print that would be too small in
    one look is read in parts, one picture after the other, unless the question compares.
    """
    parsed, pictures = question.parsed, question.pictures
    if len(pictures) < 2 or most_together(question, info) < 2:
        return False
    if transcription_of(parsed) in {Transcription.TEXT, Transcription.TABLE} or written_down(question, info):
        return False
    text = question.whole or parsed.text
    if parsed.each or parsed.task is not None or asks_each(text) or is_one_line_prompt(text):
        return False
    if compares(text):
        return True
    cap = info.tokens_each(min(len(pictures), most_together(question, info)))
    closest = Detail(max(FEWEST, min(cap, max(LEVEL_TOKENS.values()))))
    return not any(needs_pieces(picture, parsed, question.looked_at, closest, info) for picture in pictures)


def most_together(question: Question, info: EngineInfo) -> int:
    """Return how many pictures have room in one request; where memory is short each has at least FEWEST tokens."""
    chosen = question.settings.detail
    fewest = min(FEWEST, chosen.tokens) if isinstance(chosen, Detail) else FEWEST
    room = None if info.all_visual_tokens is None else max(1, info.all_visual_tokens // fewest)
    return info.pictures_per_request if room is None else min(info.pictures_per_request, room)


def tokens_of(question: Question, pictures: Sequence[Picture], look: Look, info: EngineInfo) -> int:
    """Return the visual tokens of all pictures of a look."""
    cap = info.tokens_each(len(pictures))
    sizes = [size_of(picture, question.looked_at) for picture in pictures]
    looks = zip(sizes, look.details, strict=True)
    return sum(plan_detail(info.dial, detail, *size, cap).tokens for size, detail in looks)


def closer_together(question: Question, reading: Reading, info: EngineInfo) -> Detail | None:
    """Return the next level that shows more of the pictures that were seen together; None if there is none."""
    closer, cap = info.dial.closer(reading.detail), info.tokens_each(len(reading.pictures))
    if closer is None or cap <= reading.detail.tokens:
        return None
    look = Look(closer, closer, others=(closer,) * len(reading.others))
    return closer if tokens_of(question, reading.pictures, look, info) > reading.tokens else None


def order_of(question: Question, pictures: Sequence[Picture]) -> tuple[str, str]:
    """Say in English and in Chinese which pictures these are, in order; nothing where they count from 1."""
    numbers = question.numbers_of(pictures)
    if numbers == list(range(1, len(numbers) + 1)):
        return "", ""
    pages = is_of_pages(pictures)
    english = ", ".join(f"{'page' if pages else 'picture'} {number}" for number in numbers)
    chinese = "、".join(f"第{number}{'页' if pages else '张图'}" for number in numbers)
    return f"You see {english}, in this order.", f"你依次看到的是{chinese}。"


def is_of_pages(pictures: Sequence[Picture]) -> bool:
    """Whether pictures are named by their pages: they are of one document that came alone."""
    return all(picture.page and not picture.album for picture in pictures)
