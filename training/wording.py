"""Questions put together from parts: the model should learn their meaning, not a list."""

from collections.abc import Iterable
from itertools import product

from training.lists import read_lists
from training.phrasing import crossed

LISTS = read_lists("wording")


def _unique(found: Iterable[str], held_out: Iterable[str] = ()) -> tuple[str, ...]:
    kept_out = {way.lower() for way in held_out}
    return tuple(way for way in dict.fromkeys(found) if way.lower() not in kept_out)


def requests_for_field(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for one field by its noun, each once, but for those held out."""
    found = [
        frame.format(verb[0].upper() + verb[1:], verb) for frame in LISTS.FIELD_REQUESTS for verb in LISTS.FIELD_VERBS
    ]
    found += [frame.format(verb) for frame in LISTS.FIELD_POLITE for verb in LISTS.FIELD_VERBS]
    found += [f"{what} the {{noun}} {place}?" for what in ("What is", "What's") for place in LISTS.FIELD_PLACES]
    return _unique((*found, *LISTS.FIELD_OTHERS), held_out)


def chinese_requests_for_field(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for one field by its noun, each once, but for those held out."""
    found = [
        lead + tail
        for lead in LISTS.CHINESE_LEADS
        for tail in LISTS.CHINESE_ASKS
        if lead or not tail.startswith(("的", "显"))
    ]
    found += [verb + tail for verb in LISTS.CHINESE_REQUESTS for tail in LISTS.CHINESE_ENDS]
    return _unique(found, held_out)


def requests_for_entry(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for the value of a printed label, each once, but for those held out."""
    found = [f"What does it say {place} {{subject}}?" for place in LISTS.ENTRY_PLACES]
    found += [
        f"What {verb} {place} {{subject}}?" for verb in ("stands", "is written", "is") for place in LISTS.ENTRY_PLACES
    ]
    found += [frame.replace("Noun", "subject").replace("noun", "subject") for frame in requests_for_field()]
    found += ["What does {subject} say?", "And {subject}?", "What is the value of {subject}?", "Value of {subject}?"]
    found += [f"{what} {tail}" for what in ("Which value", "What value", "What", "Which") for tail in LISTS.ENTRY_TAILS]
    found += [f"{verb} what {tail}." for verb in ("Tell me", "Read", "Show me") for tail in LISTS.ENTRY_STATEMENTS]
    return _unique(found, held_out)


def requests_for_price(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for the price of one item, each once, but for those held out."""
    found = [
        f"{verb[0].upper() + verb[1:]} the price of {the}{{subject}}."
        for verb in LISTS.FIELD_VERBS
        for the in ("", "the ")
    ]
    found += [frame.format(the + "{subject}") for frame in LISTS.PRICES for the in ("", "the ", "this ")]
    return _unique(found, held_out)


def chinese_requests_for_price(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for the price of one item, each once, but for those held out."""
    return _unique(crossed("{}{{subject}}{}", LISTS.CHINESE_LINES, LISTS.CHINESE_PRICES), held_out)


def chinese_requests_for_entry(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for the value of a printed label, each once, but for those held out."""
    found = crossed("{}{{subject}}{}", LISTS.CHINESE_LINES, LISTS.CHINESE_ENTRIES)
    return _unique((*found, *(verb + "{subject}" for verb in LISTS.CHINESE_REQUESTS)), held_out)


def requests_for_text(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English sentences that ask for all of the text, each once, but for those held out."""
    found = []
    for frame, verb, whole in product(LISTS.REQUESTS, LISTS.VERBS, LISTS.OBJECTS):
        asked = f"{verb} {whole}"
        found.append(frame.format(asked[0].upper() + asked[1:], asked))
    found += [f"{what} {sheet} say?" for what in ("What does", "what does", "What did") for sheet in LISTS.SHEETS]
    found += [f"What is {verb} {place}?" for verb in ("written", "printed", "typed", "said") for place in LISTS.PLACES]
    found += [f"What is {text} {place}?" for text in LISTS.TEXTS for place in LISTS.PLACES]
    found += [f"{words} {place}?" for words in LISTS.WORDS for place in LISTS.PLACES]
    return _unique(found, held_out)


def chinese_requests_for_text(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese sentences that ask for all of the text, each once, but for those held out."""
    frames = ("请{}{}。", "{}{}。", "帮我{}{}。", "请你{}{}", "{}{}", "能{}{}吗?", "请帮我{}{}。")
    found = [way for frame in frames for way in crossed(frame, LISTS.CHINESE_VERBS, LISTS.CHINESE_OBJECTS)]
    found += [f"{place}{tail}?" for place in LISTS.CHINESE_PLACES for tail in LISTS.CHINESE_TAILS]
    return _unique(found, held_out)
