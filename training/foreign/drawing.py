"""Draw pictures outside the pocket model's world, where nearly every question has one answer."""

import random

import numpy

from training.documents import Kind
from training.foreign.photographs import cut, find_photographs
from training.foreign.scenes import draw_scene
from training.pages import Glyphs, Page
from training.phrasing import WAYS, Wording, phrase, read_phrases
from training.questions import QA, Asked

FOREIGN = "This is a kind of picture I have not learned. I can read print, name simple shapes and read simple charts."
FOREIGN_CHINESE = "这种图片我没有学过。我能读文字、认简单的图形、看简单的图表。"
PHOTOGRAPH_SHARE = 0.65
"""The share of photographs, if any were collected."""

PHRASES = read_phrases("foreign/phrases")
ASKED = (PHRASES.QUESTIONS, WAYS.KIND, WAYS.TEXT, PHRASES.FIELDS)
WEIGHTS = (60, 15, 13, 12)


def draw_foreign(rng: random.Random, width: int, height: int, *, split: Wording = "train") -> Page:
    """Draw a part of a photograph, if any were collected, or a scene, of `width` x `height` pixels.

    2 to 4 questions, each answered with FOREIGN in its language. `split` chooses the wording, and with "test" the
    photographs and scenes kept out of training.
    """
    photographs = find_photographs(split)
    if photographs and rng.random() < PHOTOGRAPH_SHARE:
        image = cut(rng, rng.choice(photographs), width, height)
    else:
        image = draw_scene(rng, width, height, split)
    nothing = Glyphs(numpy.zeros(0, numpy.int32), numpy.zeros(0, numpy.float32), numpy.zeros(0, numpy.float32))
    questions = tuple(ask_foreign(rng, split) for _ in range(rng.randint(2, 4)))
    return Page(image, "", nothing, questions, Kind.FOREIGN, 0.0)


def ask_foreign(rng: random.Random, wording: Wording) -> QA:
    """Ask anything about a picture that cannot be read."""
    asking = phrase(rng, rng.choices(ASKED, WEIGHTS)[0], wording)
    return QA(Asked.FOREIGN, asking.text, asking.say(FOREIGN, FOREIGN_CHINESE))
