"""What of a model's text is its answer, and what its thoughts: none of the marks of its template. Pure text."""

import re

THINKING, THOUGHT = "<think>", "</think>"

BOXES = ("<|begin_of_box|>", "<|end_of_box|>")
"""GLM-4.1V's marks around a final answer, which templates leave in the text."""

_BOX = re.compile("|".join(map(re.escape, BOXES)))
_FRAME = re.compile(r"\A\s*<answer>|</answer>\s*\Z")
_STOP = re.compile(r"(?:<\|(?:endoftext|user|observation|im_end|eot_id)\|>\s*)+\Z")

_BEGUN = (*BOXES, THOUGHT, "</answer>", "<|endoftext|>", "<|user|>", "<|observation|>", "<|im_end|>", "<|eot_id|>")
"""Marks of which a growing text may end with the beginning."""


def visible(said: str, *, ended: bool) -> str:
    """Return the answer in what a model has said so far; `ended`: that is all.

    While it grows, what may turn out to be a mark is kept back. A thought that nothing opened is cut out when it ends.
    """
    _, mark, behind = said.rpartition(THOUGHT)
    text = behind if mark else said
    begin = text.lstrip()
    if begin.startswith(THINKING) or (not ended and begin and THINKING.startswith(begin)):
        return ""
    if mark:
        text = begin
    text = _FRAME.sub("", _BOX.sub("", text))
    if ended:
        return _STOP.sub("", text)
    if not text.strip() or (text.lstrip().startswith("<") and "<answer>".startswith(text.lstrip())):
        return ""
    while held := _begun(text):
        text = text[:-held]
    return text


def thoughts(said: str) -> str:
    """Return what a model has thought, in what it has said so far."""
    begin = said.lstrip()
    if not begin.startswith(THINKING):
        return ""
    inner, mark, _ = begin.removeprefix(THINKING).rpartition(THOUGHT)
    text = inner if mark else begin.removeprefix(THINKING)
    held = 0 if mark else _begun(text)
    return _BOX.sub("", text[: len(text) - held]).strip()


def is_thinking(said: str) -> bool:
    """Whether what a model has said so far ends within a thought."""
    return said.lstrip().startswith(THINKING) and THOUGHT not in said


def _begun(text: str) -> int:
    """Return how many of the last characters may be the beginning of a mark, or a whole one at the end."""
    at = text.rfind("<", max(0, len(text) - max(map(len, _BEGUN))))
    rest = text[at:] if at >= 0 else ""
    return len(rest) if rest and any(mark.startswith(rest) for mark in _BEGUN) else 0
