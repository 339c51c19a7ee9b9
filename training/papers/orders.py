"""The order of a paper's blocks: the usual ones, or any but those of the exam."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from training.documents import Line, Part, Source

USUAL_SHARE = 0.35
TRIES = 12

Blocks = Mapping[str, Sequence[Part]]
Order = tuple[str, ...]


def in_order(
    source: Source, blocks: Blocks, usual: Sequence[Order], held_out: Sequence[Order], together: Order = ()
) -> list[Part]:
    """Order the parts of all blocks; training shuffles them, so that a field is known by more than its place.

    The blocks named in `together` stay neighbours, in that order. No shuffle gives an order of `held_out`, whichever of
    its blocks are empty.
    """
    return [part for name in _choose(source, blocks, usual, held_out, together) for part in blocks[name]]


def _choose(
    source: Source, blocks: Blocks, usual: Sequence[Order], held_out: Sequence[Order], together: Order
) -> Order:
    rng = source.rng
    if source.split == "test":
        return rng.choice(held_out)
    if rng.random() < USUAL_SHARE:
        return rng.choice(usual)
    filled = {name for name, parts in blocks.items() if any(part.line.text for part in parts)}
    kept_out = {_without_others(order, filled) for order in held_out}
    units = [together, *((name,) for name in blocks if name not in together)]
    for _ in range(TRIES):
        rng.shuffle(units)
        order = tuple(name for unit in units for name in unit)
        if _without_others(order, filled) not in kept_out:
            return order
    return rng.choice(usual)


def _without_others(order: Order, filled: set[str]) -> Order:
    return tuple(name for name in order if name in filled)


def without_edges(parts: Sequence[Part]) -> list[Part]:
    """Remove rules at the top, and repeated ones."""
    kept: list[Part] = []
    for part in parts:
        divides = part.line.role in {"gap", "rule"}
        if not divides or (kept and kept[-1].line.role not in {"gap", "rule"}):
            kept.append(part)
    return kept


def beside(left: Sequence[Part], right: Sequence[Part]) -> list[Part]:
    """Set two blocks next to each other, line by line; below each other if a line has pieces of its own."""
    if not left or not right or any(part.line.right or part.below for part in (*left, *right)):
        return [*left, *right]
    rows: list[Part] = []
    for one, other in zip_longest(left, right):
        if one and other:
            rows.append(Part(Line(one.line.text, other.line.text), (*one.facts, *other.facts)))
        else:
            rows += [part for part in (one, other) if part]
    return rows


def divide(source: Source) -> Part:
    """Return a rule or a gap."""
    return Part(Line(role=source.rng.choice(("rule", "gap"))))
