"""The beginning of an unfinished answer: close open marks, leave out marks that are only begun."""

import re

_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*\n?", re.MULTILINE)
_BEGUN_FENCE = re.compile(r"(?:^|\n)[ \t]*(?:`{1,2}|~{1,2}|(?:```|~~~)[\w+#.-]*\n?)$")
_BEGUN_BLOCK = re.compile(r"(?:^|\n)[ \t]*[-=*+>#_~`|: \t]+$")
_BEGUN_MARK = re.compile(r"(?:(?<=\s)|^)[*_~`]+$")
_BEGUN_LINK = re.compile(r"!?\[([^\[\]\n]+)\]\([^)\s]*$")
_MAYBE_LINK = re.compile(r"!?\[[^\[\]\n]{0,60}\]?$")
_OPEN_ITALIC = re.compile(r"(?:^|[\s(])\*[^\s*][^*\n]*$")
_CODE = re.compile(r"`[^`\n]*`")


def settled(markdown: str) -> str:
    """Return unfinished Markdown such that it reads as the whole will, and nothing on the screen jumps."""
    markdown = _BEGUN_FENCE.sub("", markdown)
    fences = [match.end() for match in _FENCE.finditer(markdown)]
    if len(fences) % 2:
        return markdown
    last = max(0, markdown.rfind("\n\n"), *fences[-1:])
    block = _BEGUN_BLOCK.sub("", _without_begun_table(markdown[last:].lstrip("\n")))
    return f"{markdown[:last]}\n\n{_closed(_BEGUN_MARK.sub('', block))}"


def _without_begun_table(block: str) -> str:
    """Leave out a table until the line under its head has come."""
    lines = block.split("\n")
    if not lines[0].startswith("|") or len(lines) > 2:
        return block
    return block if len(lines) == 2 and lines[1].count("|") >= lines[0].count("|") else ""


def _closed(block: str) -> str:
    """Return the block with the ends of the marks that are open in it."""
    block = _MAYBE_LINK.sub("", _BEGUN_LINK.sub(r"\1", block)).rstrip()
    outside, open_code, _ = _CODE.sub("", block).partition("`")
    for mark in ("**", "~~"):
        if not open_code and outside.count(mark) % 2 and outside.endswith(mark[0]):
            block, outside = block[:-1], outside[:-1]
    closing = "*" if _OPEN_ITALIC.search(outside.replace("**", "")) else ""
    return block + open_code + closing + "".join(mark for mark in ("~~", "**") if outside.count(mark) % 2)
