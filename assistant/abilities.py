"""What the loaded model can be asked: its abilities, and the languages that it takes questions in."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from assistant.texts import LANGUAGES, Sentence, Texts, texts_in
from assistant.texts.failures import Unable
from assistant.wording.fields import fields_of
from assistant.wording.question import PROMPTS, ParsedQuestion, Task
from assistant.wording.transcription import OF_TASKS, transcription_of
from model_service import Ability, EngineInfo, Transcription

NEEDS: Mapping[str, Ability] = {Task.TABLE: Ability.TABLE, Task.DESCRIBE: Ability.DESCRIBE}
"""What a task needs of the model."""

SCRIPTS = {"en": "LATIN", "zh": "CJK"}
"""The script of a language, by the first word of its characters' Unicode names; of others nothing is checked."""

ANSWERED_IN = {"CJK": "zh", "CYRILLIC": "ru"}
"""The language that a script shows, of those that are spoken here; Latin letters may be of any."""

_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|\"[^\"]*\"")


def missing_for(command: str, info: EngineInfo | None) -> Ability | None:
    """Return what the loaded model lacks for a command; None if nothing, or as long as it is not loaded."""
    need = NEEDS.get(command)
    return need if info is not None and need in info.lacking else None


def fitted(parsed: ParsedQuestion, info: EngineInfo) -> ParsedQuestion:
    """Return the question as the model can be asked it: a task in English if it does not know the person's language.

    Raises:
        Unable: it cannot be asked this.
    """
    if info.fixed_prompts:
        return _by_prompt(parsed, info)
    if (lacks := missing_for(parsed.task or "", info)) is not None:
        raise Unable(lacks)
    if takes(parsed.text, info.languages):
        return parsed
    if parsed.task is not None:
        asked = PROMPTS[parsed.task]
        said = next((text for text in _said(asked) if parsed.text.startswith(text)), "")
        return replace(parsed, text=asked + parsed.text.removeprefix(said))
    raise Unable(None, info.languages)


def _by_prompt(parsed: ParsedQuestion, info: EngineInfo) -> ParsedQuestion:
    """Return the question in the words of a model that only reads, which knows no others."""
    what = OF_TASKS.get(parsed.task) if parsed.task else transcription_of(parsed)
    prompt = info.fixed_prompts.get(what) if what else None
    if prompt is None:
        raise Unable(None, reads_only=True)
    if what is Transcription.FIELDS:
        return replace(parsed, text=prompt + fields_of(parsed.text))
    task = next((task for task, each in OF_TASKS.items() if each is what), None)
    return replace(parsed, text=prompt, task=task)


def one_line_prompt(texts: Texts, info: EngineInfo | None) -> str | None:
    """Return the question that describes any picture in one line; None if the model cannot, or is not loaded yet."""
    if info is None or Ability.DESCRIBE not in info.abilities:
        return None
    return in_known_language(Sentence.PROMPT_ONE_LINE, texts, info)


def is_one_line_prompt(question: str) -> bool:
    """Whether a question is the one that describes any picture in one line."""
    return question in _said(Sentence.PROMPT_ONE_LINE)


def in_known_language(sentence: Sentence, texts: Texts, info: EngineInfo | None) -> str:
    """Return a question that the bot proposes in the person's language; in English if the model does not know that."""
    said = texts.say(sentence)
    return said if info is None or takes(said, info.languages) else sentence.value


def in_language_of(question: str, texts: Texts) -> Texts:
    """Return the sentences in a question's language, as far as its letters show it; else in the person's."""
    letters = _scripts(_QUOTED.sub("", question))
    (script, count), *_ = letters.most_common(1) or [("", 0)]
    language = ANSWERED_IN.get(script)
    return texts if language is None or 2 * count <= letters.total() else texts_in(language)


def examples(texts: Texts, info: EngineInfo | None) -> dict[str, str]:
    """Return the questions that sentences give as examples, which the loaded model takes."""
    said = {"example": Sentence.SAMPLE_TOTAL, "another": Sentence.SAMPLE_SHOP}
    return {name: in_known_language(sentence, texts, info) for name, sentence in said.items()}


def takes(text: str, languages: Collection[str]) -> bool:
    """Whether a text may be in one of the languages: most of its letters outside of quotes are of their scripts.

    Everything is in no language at all, and in a language whose script is not known here.
    """
    if not languages or not set(languages) <= SCRIPTS.keys():
        return True
    letters = _scripts(_QUOTED.sub("", text)) or _scripts(text)
    known = sum(letters[SCRIPTS[language]] for language in languages)
    return 2 * known >= letters.total()


def _scripts(text: str) -> Counter[str]:
    letters = filter(str.isalpha, unicodedata.normalize("NFKC", text))
    return Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)


def _said(sentence: Sentence) -> list[str]:
    return [texts_in(language).say(sentence) for language in LANGUAGES]
