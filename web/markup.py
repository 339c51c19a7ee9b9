"""An answer as HTML: text in which every sign is escaped, and a few elements around it."""

from html import escape

from assistant.markdown.document import Document, Span
from assistant.markdown.growing import settled
from assistant.markdown.marked import underlined
from assistant.markdown.reading import clean, read

ELEMENTS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}


def as_html(markdown: str, *, grows: bool = False) -> str:
    """Return what a model wrote, in Markdown, as HTML; while it `grows`, without forms that are only begun."""
    document = read(settled(markdown) if grows else markdown)
    return _written(document, 0, len(document.text), list(document.spans))


def verbatim(text: str) -> str:
    """Return a text that was read out, as it is; what is marked is underlined."""
    document = underlined(Document(clean(text)))
    return f"<pre>{_written(document, 0, len(document.text), list(document.spans))}</pre>"


def _written(document: Document, start: int, end: int, spans: list[Span]) -> str:
    """Return a stretch of a document; `spans` are those within it, outer ones first."""
    pieces, at = [], start
    while spans:
        outer = spans.pop(0)
        inner = [span for span in spans if span.start < outer.end]
        spans = spans[len(inner) :]
        pieces += [escape(document.text[at : outer.start]), _element(document, outer, inner)]
        at = outer.end
    return "".join([*pieces, escape(document.text[at:end])])


def _element(document: Document, span: Span, inner: list[Span]) -> str:
    within = _written(document, span.start, span.end, inner)
    if span.kind != "text_link":
        return f"<{ELEMENTS[span.kind]}>{within}</{ELEMENTS[span.kind]}>"
    if not (span.url or "").startswith(("http://", "https://")):
        return within
    return f'<a href="{escape(span.url or "")}" rel="noopener noreferrer" target="_blank">{within}</a>'
