"""What a reader wrote down, as the Markdown that is shown: tables in HTML become tables, TeX and JSON become code."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.doubt import WORTH_TELLING, shifted
from assistant.markdown.html_tables import with_tables
from model_service import Doubt, FinishReason, GenerationOutput, Transcription

FENCE = "```"

CODE = {Transcription.FORMULA: "latex", Transcription.FIELDS: "json"}
"""What is shown as code, to be copied, and in which language it is."""


def with_its_tables(output: GenerationOutput) -> GenerationOutput:
    """Return an output of one that only reads with its tables in Markdown.

    Whether it makes sense is judged by that: HTML repeats itself in each row of empty cells.
    """
    text, doubts = with_tables(output.text, output.doubts)
    return output if text == output.text else replace(output, text=text, doubts=doubts)


def as_shown(output: GenerationOutput, what: Transcription | None) -> GenerationOutput:
    """Return an output of one that only reads as it is shown."""
    if what not in CODE:
        return output
    text, doubts = _fenced(output.text, output.doubts, CODE[what])
    return replace(output, text=text, doubts=doubts)


def is_worthless(output: GenerationOutput) -> bool:
    """Whether a reader wrote next to nothing before it went round in circles."""
    broken_off = output.finish_reason is FinishReason.BROKEN_OFF
    return bool(output.reader) and broken_off and len(output.text.strip()) < WORTH_TELLING


def _fenced(text: str, doubts: Sequence[Doubt], language: str) -> tuple[str, tuple[Doubt, ...]]:
    """Return a text as a block of code, unless it is one, or there is nothing."""
    bare = text.strip()
    if not bare or bare.startswith(FENCE[: len(bare)]):
        return text, tuple(doubts)
    begin = f"{FENCE}{language}\n"
    moved = shifted(doubts, len(begin) - (len(text) - len(text.lstrip())), len(begin) + len(bare))
    return f"{begin}{bare}\n{FENCE}", moved
