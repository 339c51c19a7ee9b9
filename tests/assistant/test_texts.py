"""Every sentence: translated, filled in alike, and used."""

import string
from pathlib import Path

import pytest

import assistant.texts
import bot
from assistant.texts import (
    CATALOGUE,
    FAULTS,
    LANGUAGES,
    LOCALE,
    PURPOSES,
    Label,
    Sentence,
    language_of,
    languages_in,
    texts_in,
)
from assistant.texts.po import Catalogue, read_catalogue
from model_service import Level, PictureFault

FOLDERS = (Path(bot.__file__).parent, Path(assistant.texts.__file__).parent.parent)


def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language."""
    return read_catalogue((LOCALE / language / CATALOGUE).read_text(encoding="utf-8"))


def fields(text: str) -> set[str]:
    """Return the words in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_the_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    """None is missing, empty or left over; each is filled in with the same words."""
    sentences = catalogue(language).sentences
    assert set(sentences) == {sentence.value for sentence in (*Sentence, *Label)}
    for english, translated in sentences.items():
        assert translated.strip()
        assert fields(translated) == fields(english), english


def test_every_sentence_is_said_somewhere() -> None:
    """No sentence outlives its use."""
    code = "\n".join(path.read_text(encoding="utf-8") for folder in FOLDERS for path in folder.rglob("*.py"))
    names = [f"{kind.__name__}.{name}" for kind in (Sentence, Label) for name in kind.__members__]
    unused = [name for name in names if name not in code and not name.startswith("Label.COMMAND_")]
    assert unused == []


def test_every_fault_and_every_level_has_its_sentence() -> None:
    """A new fault or level must not surprise the bot."""
    assert set(FAULTS) == set(PictureFault)
    assert set(PURPOSES) == set(Level)


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh", "zh"), ("zh-hans", "zh"), ("zh-TW", "zh"), ("en", "en"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_language_follows_the_code(code: str | None, language: str) -> None:
    """Chinese for zh in any script, else English."""
    assert language_of(code) == language


def test_a_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue is enough for people to be spoken to in its language; nothing else names the languages."""
    file = tmp_path / "de" / CATALOGUE
    file.parent.mkdir(parents=True)
    file.write_text('msgid "Cancel"\nmsgstr "Abbrechen"\n', encoding="utf-8")
    (tmp_path / "xx").mkdir()
    assert languages_in(tmp_path) == ("en", "de")
    monkeypatch.setattr("assistant.texts.LANGUAGES", languages_in(tmp_path))
    monkeypatch.setattr("assistant.texts.LOCALE", tmp_path)
    assert texts_in(language_of("de-AT")).say(Sentence.BUTTON_CANCEL) == "Abbrechen"
    assert language_of("zh") == "en"


def test_sentences_are_filled_in() -> None:
    """In either language."""
    assert "1600" in texts_in("en").say(Sentence.TOKENS_CHOSEN, tokens=1600)
    assert "1600" in texts_in("zh").say(Sentence.TOKENS_CHOSEN, tokens=1600)
    assert texts_in("zh").say(Sentence.STARTED_AFRESH) != Sentence.STARTED_AFRESH


def test_the_reader_knows_continued_lines_and_refuses_nonsense() -> None:
    """Comments and broken strings as gettext's tools write them; anything else names its line."""
    text = '# hi\n#: bot/x.py:1\nmsgid ""\n"a "\n"b"\nmsgstr "\\"c\\"\\n"\n'
    assert read_catalogue(text).sentences == {"a b": '"c"\n'}
    with pytest.raises(ValueError, match="line 2"):
        read_catalogue('msgid "a"\nmsgstr[0] "b"\n')
    with pytest.raises(ValueError, match="line 1"):
        read_catalogue("msgid __import__('os')\n")
