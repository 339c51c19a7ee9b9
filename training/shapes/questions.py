"""Questions about flat shapes: their names, colours and number."""

import random
from collections import Counter
from collections.abc import Sequence

from training.phrasing import WAYS, Wording, phrase, read_phrases
from training.questions import NO, QA, YES, Asked, absent
from training.shapes.marking import in_a_row
from training.shapes.outlines import COLOURS, SHAPES, Shape, is_held_out

PHRASES = read_phrases("shapes/phrases")

KIND_SENTENCE = ("A picture of shapes.", "一些图形。")
MOST_NAMED = 3
MORE_IN_TRAINING = 6


def ask_shapes(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> tuple[QA, ...]:
    """Ask about the shapes, sorted from left to right, in random order: 3 to 5 questions, in training more.

    In training no two of them are after the same thing.
    """
    makers = [_colour, _count, _count_colour, _there, _count_all]
    chosen = [maker(rng, shapes, wording) for maker in rng.sample(makers, rng.choice((2, 3)))]
    chosen.append(_name(rng, shapes, wording))
    if wording != "test":
        chosen += [maker(rng, shapes, wording) for maker in rng.choices(makers[:-1], k=MORE_IN_TRAINING)]
        chosen = list({(qa.field, qa.marks or qa.answer): qa for qa in chosen}.values())
    if rng.random() < 0.25:
        asking = phrase(rng, WAYS.KIND, wording)
        chosen.append(QA(Asked.KIND, asking.text, asking.say(*KIND_SENTENCE)))
    elif rng.random() < 0.16:
        chosen.append(absent(phrase(rng, WAYS.TEXT, wording), "text", "文字", "text"))
    rng.shuffle(chosen)
    return tuple(chosen)


def _named(shape: Shape) -> tuple[str, str]:
    return (
        f"{_article(shape.colour)} {shape.colour} {shape.name}",
        f"{COLOURS[shape.colour][0]}的{SHAPES[shape.name][0]}",
    )


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _name(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    """Ask for the shapes from left to right; if they are many or not clearly apart, whether one is there."""
    if len(shapes) > MOST_NAMED or not in_a_row(shapes):
        return _there(rng, shapes, wording)
    asking = phrase(rng, PHRASES.ONE if len(shapes) == 1 else PHRASES.ALL, wording)
    names = [_named(shape) for shape in shapes]
    english, chinese = ", ".join(name for name, _ in names), "、".join(name for _, name in names)
    answer = asking.say(f"{english[0].upper()}{english[1:]}.", f"{chinese}。")
    return QA(Asked.SHAPE, asking.text, answer, "name", ("centre",))


def _colour(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    """Ask for the colour of a shape that is there once, or that is not there."""
    counts = Counter(shape.name for shape in shapes)
    single = [shape for shape in shapes if counts[shape.name] == 1]
    if not single or rng.random() < 0.25:
        name = rng.choice([other for other in SHAPES if other not in counts])
        asking = phrase(rng, PHRASES.COLOUR, wording, {"shape": name}, {"shape": SHAPES[name][0]})
        return absent(asking, name, SHAPES[name][0], "shape")
    shape = rng.choice(single)
    asking = phrase(rng, PHRASES.COLOUR, wording, {"shape": shape.name}, {"shape": SHAPES[shape.name][0]})
    answer = asking.say(f"{shape.colour.capitalize()}.", f"{COLOURS[shape.colour][0]}。")
    return QA(Asked.SHAPE, asking.text, answer, "colour", ("centre", shape.name))


def _plural(name: str) -> str:
    return f"{name}es" if name == "cross" else f"{name}s"


def _counting(rng: random.Random, wording: Wording, names: tuple[str, str], number: int, field: str, *marks: str) -> QA:
    asking = phrase(rng, PHRASES.COUNT, wording, {"things": names[0]}, {"things": names[1]})
    return QA(Asked.SHAPE, asking.text, str(number), field, ("centre", *marks))


def _count(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    name = rng.choice(shapes).name if rng.random() < 0.85 else rng.choice(list(SHAPES))
    number = sum(shape.name == name for shape in shapes)
    return _counting(rng, wording, (_plural(name), SHAPES[name][0]), number, "count", name)


def _count_colour(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    colour = rng.choice(shapes).colour if rng.random() < 0.85 else rng.choice(list(COLOURS))
    number = sum(shape.colour == colour for shape in shapes)
    things = f"{colour} shapes", f"{COLOURS[colour][0]}的图形"
    return _counting(rng, wording, things, number, "count_colour", colour)


def _count_all(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    return _counting(rng, wording, ("shapes", "图形"), len(shapes), "count_all")


def _there(rng: random.Random, shapes: Sequence[Shape], wording: Wording) -> QA:
    """Ask whether a shape in a colour is there: half of the time it is; else one of the two may be wrong."""
    shape = rng.choice(shapes)
    name, colour = shape.name, shape.colour
    if rng.random() < 0.5:
        name, colour = _other(rng, shape, wording)
    there = any((other.name, other.colour) == (name, colour) for other in shapes)
    chinese = f"{COLOURS[colour][0]}的{SHAPES[name][0]}"
    slots = {"a": _article(colour), "thing": f"{colour} {name}"}
    asking = phrase(rng, PHRASES.THERE, wording, slots, {"thing": chinese})
    return QA(Asked.SHAPE, asking.text, asking.say(*(YES if there else NO)), "there", ("centre", name, colour))


def _other(rng: random.Random, shape: Shape, wording: Wording) -> tuple[str, str]:
    """Return any name with a shape's colour, or its name with any colour.

    In training never a held-out pair: it would always be denied, and learned so.
    """
    while True:
        name, colour = rng.choice(((rng.choice(list(SHAPES)), shape.colour), (shape.name, rng.choice(list(COLOURS)))))
        if wording == "test" or not is_held_out(colour, name):
            return name, colour
