"""Read a .po file into gettext translations, so that nothing has to be compiled before the start."""

import ast
from gettext import NullTranslations


class Catalogue(NullTranslations):
    """Translations held in a dictionary; a missing one falls back to English."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__()
        self.sentences = sentences

    def gettext(self, message: str) -> str:
        """Return the translation of `message`."""
        return self.sentences.get(message) or message


def read_catalogue(text: str) -> Catalogue:
    """Parse a .po file of simple entries: comments, `msgid`, `msgstr` and their continued lines.

    Raises:
        ValueError: a line that is none of these.
    """
    sentences: dict[str, str] = {}
    parts: dict[str, str] = {}
    field = ""
    for number, line in enumerate(text.splitlines(), start=1):
        word, _, rest = line.strip().partition(" ")
        if word in {"msgid", "msgstr"}:
            if word == "msgid":
                _keep(sentences, parts)
                parts = {}
            field, parts[word] = word, _quoted(rest, number)
        elif line.startswith('"') and field:
            parts[field] += _quoted(line.strip(), number)
        elif line.strip() and not line.startswith("#"):
            raise ValueError(f"line {number} of the catalogue cannot be read: {line[:40]!r}")
    _keep(sentences, parts)
    return Catalogue(sentences)


def _keep(sentences: dict[str, str], parts: dict[str, str]) -> None:
    if parts.get("msgid"):
        sentences[parts["msgid"]] = parts.get("msgstr", "")


def _quoted(text: str, number: int) -> str:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        value = None
    if not isinstance(value, str) or not text.startswith('"'):
        raise ValueError(f"line {number} of the catalogue holds no quoted text: {text[:40]!r}")
    return value
