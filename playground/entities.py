"""Entities of a text: offsets in UTF-16 units, what Telegram finds by itself, and what it refuses."""

import re
from itertools import accumulate, combinations

from playground.limits import CAPTION, TEXT
from playground.markup import TAGS, html, markdown_v2, units
from playground.wire import JSON, Refused, bad_request

FOUND = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,:;!?)\]'\"])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[a-z]{2,})"
    r"|(?<![\w/@])(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<![\w/<@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)(?![\w/])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)
TYPES = set(TAGS.values()) | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "expandable_blockquote",
    "text_mention", "date_time",
}  # fmt: skip
CLOSED = {"code", "pre", "text_link", "text_mention", "custom_emoji"}
SPACE = " \n\t\r\u200b"


def detect(text: str) -> list[JSON]:
    """The commands, mentions, links, addresses and hashtags that Telegram marks by itself."""
    return [
        {"type": str(match.lastgroup), "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in FOUND.finditer(text)
    ]


def formatted(text: str, parse_mode: str | None, given: list[JSON] | None, *, caption: bool) -> tuple[str, list[JSON]]:
    """The text as it will be shown, with its entities. Raises Refused as Telegram does."""
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
    if units(shown) > (CAPTION if caption else TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    free = [found for found in detect(shown) if not any(meet(found, e) for e in entities if e["type"] in CLOSED)]
    both = [*entities, *(found for found in free if found not in entities)]
    return shown, sorted(both, key=lambda e: (e["offset"], -e["length"]))


def validate(text: str, entities: list[JSON]) -> None:
    """Raises Refused where an entity leaves the text, cuts a character in half or crosses another."""
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
    """Telegram's answer to an entity that leaves the text, and to one that crosses another."""
    return bad_request(
        f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}"
    )


def trim(text: str, entities: list[JSON]) -> tuple[str, list[JSON]]:
    """The text without the space around it, its entities moved and cut to fit; empty ones are dropped."""
    start = units(text[: len(text) - len(text.lstrip(SPACE))])
    shown = text.strip(SPACE)
    kept = []
    for entity in entities:
        first = max(0, entity["offset"] - start)
        last = min(units(shown), entity["offset"] + entity["length"] - start)
        if last > first:
            kept.append(entity | {"offset": first, "length": last - first})
    return shown, kept


def meet(one: JSON, other: JSON) -> bool:
    """Whether two entities share a character."""
    return bool(one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"])
