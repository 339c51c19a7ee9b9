"""Convert text with HTML tags or MarkdownV2 into plain text and entities, or Telegram's refusal."""

import re
from html import unescape

from playground.wire import JSON, Refused, bad_request

TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^<>]*)>")
REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
MARKS = {"__": "underline", "||": "spoiler", "*": "bold", "_": "italic", "~": "strikethrough"}
MARK = re.compile(
    r"\\(?P<escaped>[\x01-\x7e])"
    r"|```(?P<language>[^\s`]*\n)?(?P<pre>(?:\\.|[^`\\])*)```"
    r"|`(?P<code>(?:\\.|[^`\\])*)`"
    r"|(?P<open>!?\[)|(?P<close>\]\((?P<url>(?:\\.|[^)\\])*)\))"
    r"|(?P<quote>^(?:\*\*)?>)"
    r"|(?P<mark>__|\|\||[*_~])"
    r"|(?P<reserved>[\[\]()~`>#+=|{}.!-])"
    r"|(?P<plain>.)",
    re.DOTALL | re.MULTILINE,
)
ESCAPED = re.compile(r"\\([\x01-\x7e])")


def units(text: str) -> int:
    """Return a text's length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refuse(why: str) -> Refused:
    """Return Telegram's refusal of a text that does not parse."""
    return bad_request(f"can't parse entities: {why}")


class Marked:
    """A text being built: the text so far, and the open entities (innermost last)."""

    def __init__(self) -> None:
        self.text = ""
        self.entities: list[JSON] = []
        self.open: list[tuple[str, JSON | None]] = []

    def begin(self, mark: str, kind: str | None, **extra: str) -> None:
        """Open an entity here. A mark without a kind needs only its end."""
        entity = {"type": kind, "offset": units(self.text), **extra} if kind else None
        self.open.append((mark, entity))

    def inside(self, mark: str) -> bool:
        """Return whether this mark is the innermost open one."""
        return bool(self.open) and self.open[-1][0] == mark

    def end(self, **extra: str) -> None:
        """Close the innermost one. An empty entity is dropped, as Telegram does."""
        entity = self.open.pop()[1]
        if entity is None:
            return
        entity["length"] = units(self.text) - entity["offset"]
        if entity["length"]:
            self.entities.append(entity | extra)

    def done(self) -> tuple[str, list[JSON]]:
        """Return the text and its entities in order."""
        return self.text, sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))


def html(source: str) -> tuple[str, list[JSON]]:
    """Parse Telegram's HTML. Raises Refused for an unknown tag and for tags that do not pair."""
    marked, at = Marked(), 0
    while at < len(source):
        if source[at] == "<":
            tag = TAG.match(source, at)
            if tag is None or tag["name"].lower() not in TAGS:
                name = tag["name"].lower() if tag else ""
                raise refuse(f'Unsupported start tag "{name}" at byte offset {len(source[:at].encode())}')
            html_tag(marked, tag)
            at = tag.end()
        elif (reference := REFERENCE.match(source, at)) is not None:
            marked.text += unescape(reference[0])
            at = reference.end()
        else:
            marked.text += source[at]
            at += 1
    if marked.open:
        raise refuse(f'Can\'t find end tag corresponding to start tag "{marked.open[-1][0]}"')
    return marked.done()


def html_tag(marked: Marked, tag: re.Match[str]) -> None:
    """Handle one start or end tag."""
    name, rest = tag["name"].lower(), tag["rest"]
    if tag["close"]:
        if not marked.inside(name):
            raise refuse(f"Unexpected end tag at byte offset {len(tag.string[: tag.start()].encode())}")
        marked.end()
        return
    extra: dict[str, str] = {}
    if (value := re.search(r"""(?:href|emoji-id)\s*=\s*["']([^"']*)["']""", rest)) is not None:
        extra["custom_emoji_id" if name == "tg-emoji" else "url"] = unescape(value[1])
    language = re.search(r"""class\s*=\s*["']language-([^"']+)["']""", rest)
    if name == "code" and marked.inside("pre"):
        pre = marked.open[-1][1]
        if pre is not None and language is not None:
            pre["language"] = language[1]
        marked.begin(name, None)
    elif name == "blockquote" and "expandable" in rest:
        marked.begin(name, "expandable_blockquote")
    else:
        marked.begin(name, TAGS[name], **extra)


def markdown_v2(source: str) -> tuple[str, list[JSON]]:
    """Parse MarkdownV2. Raises Refused for a reserved character without a backslash and for an open mark."""
    marked = Marked()
    for match in MARK.finditer(source):
        if match["plain"] == "\n" and marked.inside(">") and not source.startswith(">", match.end()):
            marked.end()
        markdown_piece(marked, match)
    if marked.inside(">"):
        marked.end()
    if marked.open:
        raise refuse(f"Can't find end of the entity marked {marked.open[-1][0]}")
    return marked.done()


def markdown_piece(marked: Marked, match: re.Match[str]) -> None:
    """Handle one mark, escaped character, piece of code or plain character."""
    if match["pre"] is not None or match["code"] is not None:
        language = (match["language"] or "").strip()
        extra = {"language": language} if language else {}
        marked.begin("`", "code" if match["pre"] is None else "pre", **extra)
        marked.text += ESCAPED.sub(r"\1", match["pre"] if match["pre"] is not None else match["code"])
        marked.end()
    elif match["escaped"] or match["plain"]:
        marked.text += match["escaped"] or match["plain"]
    elif match["open"]:
        marked.begin(match["open"], "custom_emoji" if match["open"] == "![" else "text_link")
    elif match["mark"]:
        markdown_mark(marked, match["mark"])
    elif match["close"] and (marked.inside("[") or marked.inside("![")):
        url = ESCAPED.sub(r"\1", match["url"])
        marked.end(**({"url": url} if marked.inside("[") else {"custom_emoji_id": url.rpartition("=")[2]}))
    elif match["quote"]:
        if not marked.inside(">"):
            marked.begin(">", "blockquote")
    else:
        raise refuse(f"Character '{match[0][0]}' is reserved and must be escaped with the preceding '\\'")


def markdown_mark(marked: Marked, mark: str) -> None:
    """Open the mark's entity, or close it if it is the innermost open one."""
    if marked.inside(mark):
        marked.end()
    else:
        marked.begin(mark, MARKS[mark])
