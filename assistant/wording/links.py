"""Whether a text is about what a link leads to, and not about a picture in which the link may stand."""

import re
from dataclasses import dataclass

_PARTS = re.compile(r"(?:(?P<scheme>[a-z][a-z\d+.-]*)://)?[^/?#]*(?P<path>[^?#]*)", re.IGNORECASE)
_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|bmp|tiff?|hei[cf]|avif|svg|pdf)\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z\d+.-]*://|www\.)\S+", re.IGNORECASE)
_NOTHING = re.compile(r"[^\w?？]*\Z")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a text, with the words before and after it."""

    url: str
    before: str
    after: str

    @property
    def is_the_matter(self) -> bool:
        """Whether the text is about what the link leads to.

        The link is to a picture or a PDF, is the whole text, or begins or ends it. In other places it may be what a
        picture says, as may an address without http, or that of a whole site: "Does it say https://example.com?"
        """
        parts = _PARTS.match(self.url)
        scheme, path = (parts["scheme"] or "", parts["path"]) if parts is not None else ("", "")
        if scheme and scheme.casefold() not in {"http", "https"}:
            return False
        begins, ends = _NOTHING.match(self.before) is not None, _NOTHING.match(self.after) is not None
        asked = _NOTHING.match(self.after.strip().lstrip("?？")) is not None and len(path) > 1
        return (begins and ends) or _FILE.search(path) is not None or (scheme != "" and (begins or ends or asked))


def without_links(text: str) -> str:
    """Return a text without the addresses in it."""
    return _ADDRESS.sub("", text).strip()
