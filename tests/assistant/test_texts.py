"""Every sentence: translated, filled in alike, and used."""

import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

import assistant.texts
import bot
import web
from assistant.texts import (
    CATALOGUE,
    FAULTS,
    LANGUAGES,
    LEVELS,
    LOCALE,
    PURPOSES,
    Count,
    FamilySentence,
    Label,
    LookSentence,
    PageLabel,
    PageSentence,
    ReaderSentence,
    Sentence,
    ServerSentence,
    language_of,
    languages_in,
    texts_in,
)
from assistant.texts.catalogue import read_catalogue
from model_service import Level, PictureFault
from web.state import LABELS

FOLDERS = (Path(bot.__file__).parent, Path(assistant.texts.__file__).parent.parent)


TRANSLATED = [language for language in LANGUAGES if language != "en"]

HEAD = 'msgid ""\nmsgstr ""\n"Language: pl\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
"""The head of a small catalogue."""


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language, as it was written."""
    return read_po(io.BytesIO((LOCALE / language / CATALOGUE).read_bytes()), abort_invalid=True)


def fields(text: str) -> set[str]:
    """Return the words in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    """None is missing, empty, fuzzy, left over or written twice; the message lists them, ready to be translated."""
    known = {message.id for message in catalogue(language) if message.id and message.string and not message.fuzzy}
    wanted = {
        sentence.value
        for sentence in (
            *Sentence,
            *Label,
            *PageLabel,
            *PageSentence,
            *ServerSentence,
            *FamilySentence,
            *LookSentence,
            *ReaderSentence,
        )
    }
    text = (LOCALE / language / CATALOGUE).read_text(encoding="utf-8")
    assert sorted(wanted - {each for each in known if isinstance(each, str)}) == [], "missing sentences"
    assert sorted({each for each in known if isinstance(each, str)} - wanted) == [], "unused sentences"
    assert {each for each in known if not isinstance(each, str)} == {count.value for count in Count}
    assert text.count("\nmsgid ") == 1 + len(known), "some are there twice"


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_sentence_is_filled_in_with_the_same_words(language: str) -> None:
    """In each of its plural forms, of which a language has as many as it says."""
    read = catalogue(language)
    for message in read:
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[0]
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert len(forms) == (1 if isinstance(message.id, str) else read.num_plurals), english
        assert all(form.strip() for form in forms), english
        assert [form for form in forms if fields(form) != fields(english)] == [], english


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["0 pages", "1 page", "2 pages", "5 pages", "21 pages"]),
        ("zh", ["0 页", "1 页", "2 页", "5 页", "21 页"]),
        ("ru", ["0 страниц", "1 страница", "2 страницы", "5 страниц", "21 страница"]),
    ],
)
def test_a_number_has_its_noun_in_the_right_form(language: str, said: list[str]) -> None:
    """By itself, and within a sentence."""
    texts = texts_in(language)
    assert [texts.count(Count.PAGES, number) for number in (0, 1, 2, 5, 21)] == said
    assert said[3] in texts.say(Sentence.NO_SUCH_PAGE, pages=Count.PAGES.of(5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_levels_have_the_same_name(language: str) -> None:
    """Or a person who types one would get the other; each is one word, as a tag has to be."""
    names = [texts_in(language).say(LEVELS[level]) for level in Level]
    assert len({name.casefold() for name in names}) == len(Level)
    assert all(name.isalpha() for name in names)


def test_every_sentence_is_said_somewhere() -> None:
    """No sentence outlives its use."""
    code = "\n".join(path.read_text(encoding="utf-8") for folder in FOLDERS for path in folder.rglob("*.py"))
    names = [
        f"{kind.__name__}.{name}"
        for kind in (Sentence, ServerSentence, FamilySentence, Label)
        for name in kind.__members__
    ]
    names += [f"Count.{name}" for name in Count.__members__]
    unused = [name for name in names if name not in code and not name.startswith("Label.COMMAND_")]
    assert unused == []


def test_every_word_of_the_page_is_on_it() -> None:
    """And the page names none that it does not get."""
    page = Path(web.__file__).parent / "page"
    code = "\n".join(path.read_text(encoding="utf-8") for path in page.iterdir() if path.suffix in {".html", ".js"})
    there = set(LABELS)
    assert {label.name.lower() for label in PageLabel} <= there
    assert set(re.findall(r'(?:data-(?:text|label|hint)=|\bsay\()"([a-z_]+)"', code)) - there == set()
    assert {name for name in there if f'"{name}"' not in code} == set()


def test_every_fault_and_every_level_has_its_sentence() -> None:
    """A new fault or level must not surprise the bot."""
    assert set(FAULTS) == set(PictureFault)
    assert set(PURPOSES) == set(LEVELS) == set(Level)


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh", "zh"),
        ("zh-hans", "zh"),
        ("zh-TW", "zh"),
        ("ru", "ru"),
        ("en", "en"),
        ("de", "en"),
        (None, "en"),
        ("", "en"),
    ],
)
def test_the_language_follows_the_code(code: str | None, language: str) -> None:
    """Chinese for zh in any script; English where there is no catalogue."""
    assert language_of(code) == language


def test_a_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue is enough for people to be spoken to in its language; nothing else names the languages."""
    file = tmp_path / "de" / CATALOGUE
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + 'msgid "Cancel"\nmsgstr "Abbrechen"\n', encoding="utf-8")
    (tmp_path / "xx").mkdir()
    assert languages_in(tmp_path) == ("en", "de")
    monkeypatch.setattr("assistant.texts.LANGUAGES", languages_in(tmp_path))
    monkeypatch.setattr("assistant.texts.LOCALE", tmp_path)
    assert texts_in(language_of("de-AT")).say(Sentence.BUTTON_CANCEL) == "Abbrechen"
    assert language_of("zh") == "en"


def test_sentences_are_filled_in() -> None:
    """In any language."""
    for language in LANGUAGES:
        assert "1600" in texts_in(language).say(Sentence.TOKENS_CHOSEN, tokens=Count.TOKENS.of(1600))
    assert texts_in("zh").say(Sentence.STARTED_AFRESH) != Sentence.STARTED_AFRESH


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    """Also what its translator was not sure of."""
    read = read_catalogue((HEAD + 'msgid "a"\nmsgstr "b"\n\n#, fuzzy\nmsgid "c"\nmsgstr "d"\n').encode())
    assert [read.gettext(word) for word in ("a", "c", "e")] == ["b", "c", "e"]
    assert read.ngettext("{count} f", "{count} g", 2) == "{count} g"


def test_a_torn_catalogue_is_refused() -> None:
    """Rather than half of it be spoken."""
    with pytest.raises(PoFileError):
        read_catalogue((HEAD + 'msgid "a"\nmsgst "b"\n').encode())
