"""Entities of a text: offsets in UTF-16 units; which ones Telegram detects, refuses, and drops."""

import re
from itertools import accumulate, combinations

from playground.limits import CAPTION, TEXT
from playground.markup import TAGS, html, markdown_v2, units
from playground.wire import JSON, Refused, bad_request

FOUND = re.compile(
    r"(?P<url>[a-z]{2,9}://[^\s<>\u2060]+[^\s<>.,:;!?)\]'\"\u2060]"
    r"|(?<![\w@.-])(?:[^\W_][\w-]*\.)+(?:com|org|net|me|io|cn|de|dev|app|ru)(?![\w-])(?:/[^\s<>\u2060]*)?"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]))"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[a-z]{2,})"
    r"|(?<![\w/@])(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<![\w/<@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)(?![\w/])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w$])(?P<cashtag>\$[A-Z]{1,8})(?![\w$])"
    r"|(?<![\w+.,-])(?P<phone_number>\+\d[\d ()-]{5,}\d)(?!\w)"
)
TYPES = set(TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "expandable_blockquote",
    "text_mention", "date_time",
}  # fmt: skip
CLOSED = {"code", "pre", "text_link", "text_mention", "custom_emoji"}
CODE = {"code", "pre"}
QUOTES = {"blockquote", "expandable_blockquote"}
EMPHASES = {"bold", "italic", "underline", "strikethrough", "spoiler"}
MOST_ENTITIES = 100
SPACE = " \n\t\r\u200b"


def detect(text: str) -> list[JSON]:
    """Detect the commands, mentions, links, addresses and hashtags that Telegram marks by itself."""
    return [
        {"type": str(match.lastgroup), "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in FOUND.finditer(text)
    ]


def formatted(text: str, parse_mode: str | None, given: list[JSON] | None, *, caption: bool) -> tuple[str, list[JSON]]:
    """Return the text as it will be shown, with its entities. Raises Refused as Telegram does."""
    match (parse_mode or "").lower():
        case "":
            shown, entities = text, given or []
        case "html":
            shown, entities = html(text)
        case "markdownv2":
            shown, entities = markdown_v2(text)
        case _:
            raise bad_request("unsupported parse_mode")
    validate(shown, entities)
    shown, entities = trim(shown, entities)
    entities = legal(shown, entities)
    if units(shown) > (CAPTION if caption else TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    free = [found for found in detect(shown) if not any(meet(found, e) for e in entities if e["type"] in CLOSED)]
    both = [*entities, *(found for found in free if found not in entities)]
    return shown, sorted(both, key=lambda e: (e["offset"], -e["length"]))


def validate(text: str, entities: list[JSON]) -> None:
    """Check entities. Raises Refused where one leaves the text, cuts a character in half or crosses another."""
    end = units(text)
    edges = set(accumulate(map(units, text), initial=0))
    for entity in entities:
        start, stop = entity["offset"], entity["offset"] + entity["length"]
        if entity["type"] not in TYPES:
            raise bad_request("can't parse MessageEntity: Unsupported type specified")
        if start > end or start < 0:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
        if stop > end:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}"
            )
        if start not in edges:
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {start}")
        if stop not in edges:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at UTF-16 offset {stop}"
            )
    for first, second in combinations(sorted(entities, key=lambda e: (e["offset"], -e["length"])), 2):
        start, stop = second["offset"], second["offset"] + second["length"]
        if start < first["offset"] + first["length"] < stop:
            raise past_the_end(start, stop)


def past_the_end(start: int, stop: int) -> Refused:
    """Return Telegram's refusal of an entity that leaves the text, and of one that crosses another."""
    return bad_request(
        f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}"
    )


def trim(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """Strip the text's outer space; move and cut its entities to fit, and drop empty ones.

    Space that an entity covers at the beginning stays, such as the indent of a block of code.
    """
    first = min((entity["offset"] for entity in entities), default=units(text))
    start = min(first, units(text[: len(text) - len(text.lstrip(SPACE))]))
    shown = text[start:].rstrip(SPACE)
    kept = []
    for entity in entities:
        offset = entity["offset"] - start
        last = min(units(shown), offset + entity["length"])
        if last > offset:
            kept.append(entity | {"offset": offset, "length": last - offset})
    return shown, kept


def legal(text: str, entities: list[JSON]) -> list[JSON]:
    """Return the entities that Telegram shows: none over space, none in code, no quote or link in another."""
    wide, kept = text.encode("utf-16-le", "surrogatepass"), list[JSON]()
    for entity in sorted(entities, key=lambda e: (e["offset"], -e["length"], e["type"] not in QUOTES)):
        kind, stop = entity["type"], entity["offset"] + entity["length"]
        around = {other["type"] for other in kept if stop <= other["offset"] + other["length"] and meet(other, entity)}
        twice = any(kind in kinds and around & kinds for kinds in (QUOTES, CLOSED))
        covered = wide[2 * entity["offset"] : 2 * stop].decode("utf-16-le", "surrogatepass")
        if covered.strip() and not around & CODE and not twice:
            kept.append(entity)
    code = [entity for entity in kept if entity["type"] in CODE]
    return [piece for entity in kept for piece in around_code(entity, code)][:MOST_ENTITIES]


def around_code(entity: JSON, code: list[JSON]) -> list[JSON]:
    """Split an emphasis so that it leaves out the code in it."""
    if entity["type"] not in EMPHASES:
        return [entity]
    pieces, start, stop = list[JSON](), entity["offset"], entity["offset"] + entity["length"]
    for inner in (other for other in code if meet(other, entity)):
        pieces.append(entity | {"offset": start, "length": inner["offset"] - start})
        start = inner["offset"] + inner["length"]
    pieces.append(entity | {"offset": start, "length": stop - start})
    return [piece for piece in pieces if piece["length"] > 0]


def meet(one: JSON, other: JSON) -> bool:
    """Return whether two entities share a character."""
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
