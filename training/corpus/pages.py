"""A page of a layout: its size, its HTML, and what can be asked about it."""

import html
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Fact = dict[str, Any]
"""`answer` as printed, and how it is asked for: `field` (with `subject`), or `ask` and `zh`, questions as they are.

`free` marks an answer that is not copied; `place` names the print that tells it, else all of the page does.
"""


@dataclass(slots=True)
class Layout:
    """A page of `width` x `height` CSS pixels; `facts` are added as it is written."""

    kind: str
    width: int
    height: int
    body: str = ""
    style: str = ""
    facts: list[Fact] = field(default_factory=list)
    group: str = "layouts"

    def fact(self, name: str, answer: str, *ask: str, zh: Sequence[str] = (), subject: str = "", **more: Any) -> str:
        """Note a fact; return its answer, escaped."""
        fact: Fact = {"answer": answer, **more}
        fact |= {"field": name} if name else {}
        fact |= {"subject": subject} if subject else {}
        fact |= {"ask": list(ask)} if ask else {}
        fact |= {"zh": list(zh)} if zh else {}
        self.facts.append(fact)
        return html.escape(answer)


@dataclass(frozen=True, slots=True)
class Type:
    """The typefaces at hand, as CSS families: for text, for print as of machines, for display, and by hand."""

    text: tuple[str, ...]
    mono: tuple[str, ...]
    display: tuple[str, ...]
    hand: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Studio:
    """What layouts are made from: chance, typefaces, words, and paragraphs of real English."""

    rng: random.Random
    type: Type
    words: Sequence[str]
    paragraphs: Sequence[str]

    def sentences(self, most: int) -> str:
        """Return whole sentences of a random paragraph, up to so many characters or one."""
        for _ in range(20):
            parts = self.rng.choice(self.paragraphs).split(". ")
            taken = parts[0].rstrip(".")
            for part in parts[1:]:
                if len(taken) + len(part) + 2 > most:
                    break
                taken += ". " + part.rstrip(".")
            if len(taken) <= most:
                return taken + "."
        return taken[:most].rsplit(" ", 1)[0]

    def title(self, least: int = 2, most: int = 6) -> str:
        """Return some words that follow each other in a sentence, as a title."""
        words = self.sentences(160).rstrip(".").replace(",", "").replace('"', "").split()
        count = self.rng.randint(least, most)
        at = self.rng.randrange(max(1, len(words) - count))
        small = {"the", "a", "of", "and", "to", "in", "for", "on", "at", "by", "with", "or"}
        taken = [word for word in words[at : at + count] if word.strip("()[]")]
        while len(taken) > 1 and taken[-1].lower() in small:
            taken.pop()
        style = self.rng.random()
        if style < 0.5:
            text = " ".join(word if word in small else word[:1].upper() + word[1:] for word in taken)
            return text[:1].upper() + text[1:]
        return " ".join(taken)[:1].upper() + " ".join(taken)[1:]

    def colours(self, dark_share: float = 0.25) -> tuple[str, str, str]:
        """Return paper, ink and accent."""
        rng = self.rng
        hue = rng.randrange(360)
        accent = f"hsl({hue},{rng.randint(40, 95)}%,{rng.randint(28, 55)}%)"
        if rng.random() < dark_share:
            return (
                f"hsl({hue},{rng.randint(0, 30)}%,{rng.randint(5, 18)}%)",
                f"hsl({hue},10%,{rng.randint(78, 100)}%)",
                accent,
            )
        return (
            f"hsl({hue},{rng.randint(0, 40)}%,{rng.choice((100, 100, 97, 94))}%)",
            f"hsl({hue},10%,{rng.randint(0, 25)}%)",
            accent,
        )
