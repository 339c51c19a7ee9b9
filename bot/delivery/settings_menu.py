"""The menu of /settings: its pages, its buttons, and every word that they can choose."""

import re
from collections.abc import Mapping

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.settings.chat_settings import AUTO, ChangedBy, ChatSettings, Footer, Length, Setting, Stream, Unasked
from assistant.settings.detail_setting import Auto, DetailSetting, read_detail
from assistant.texts import LANGUAGES, Count, Label, LookSentence, Sentence, Texts, texts_in
from bot.delivery.model_facts import useful_tokens
from model_service import LEVEL_TOKENS, EngineInfo

PREFIX, BACK, RESET, DONE = "set", "back", "reset", "done"
CHOSEN = "✓ "
COLUMNS = 2

GROUPS_ONLY = frozenset({Setting.WATCH, Setting.CHANGED_BY})
"""The settings that a private chat does not have."""

NAMES = {
    Setting.DETAIL: Label.SETTING_DETAIL,
    Setting.LANGUAGE: Label.SETTING_LANGUAGE,
    Setting.FOOTER: Label.SETTING_FOOTER,
    Setting.STREAM: Label.SETTING_STREAM,
    Setting.LENGTH: Label.SETTING_LENGTH,
    Setting.TEMPERATURE: Label.SETTING_TEMPERATURE,
    Setting.WATCH: Label.SETTING_WATCH,
    Setting.UNASKED: Label.SETTING_UNASKED,
    Setting.CHANGED_BY: Label.SETTING_CHANGED_BY,
}
QUESTIONS: Mapping[Setting, Label | Sentence] = {
    Setting.DETAIL: Sentence.DETAIL_CHOICE,
    Setting.LANGUAGE: Label.LANGUAGE_CHOICE,
    Setting.FOOTER: Label.FOOTER_CHOICE,
    Setting.STREAM: Label.STREAM_CHOICE,
    Setting.LENGTH: Label.LENGTH_CHOICE,
    Setting.TEMPERATURE: Label.TEMPERATURE_CHOICE,
    Setting.WATCH: Label.WATCH_CHOICE,
    Setting.UNASKED: Label.UNASKED_CHOICE,
    Setting.CHANGED_BY: Label.CHANGED_BY_CHOICE,
}
LABELS: Mapping[Setting, Mapping[str, Label]] = {
    Setting.FOOTER: {
        str(Footer.HIDDEN): Label.FOOTER_HIDDEN,
        str(Footer.SECONDS): Label.FOOTER_TIME,
        str(Footer.EVERYTHING): Label.FOOTER_EVERYTHING,
    },
    Setting.STREAM: {
        Stream.EDIT: Label.STREAM_EDIT,
        Stream.DRAFT: Label.STREAM_DRAFT,
        Stream.OFF: Label.STREAM_OFF,
    },
    Setting.LENGTH: {
        Length.SHORT: Label.LENGTH_SHORT,
        Length.NORMAL: Label.LENGTH_NORMAL,
        Length.LONG: Label.LENGTH_LONG,
    },
    Setting.TEMPERATURE: {"0": Label.EXACT, "0.4": Label.BALANCED, "0.8": Label.LIVELY},
    Setting.WATCH: {"0": Label.WATCH_ASKED, "1": Label.WATCH_ALL},
    Setting.UNASKED: {
        Unasked.DESCRIBE: Label.UNASKED_DESCRIBE,
        Unasked.ASK: Label.UNASKED_ASK,
        Unasked.REACT: Label.UNASKED_REACT,
    },
    Setting.CHANGED_BY: {
        ChangedBy.ADMINS: Label.CHANGED_BY_ADMINS,
        ChangedBy.EVERYBODY: Label.CHANGED_BY_EVERYBODY,
    },
}
WORDS: Mapping[Setting, tuple[str, ...]] = {
    Setting.DETAIL: (Auto.AUTO, *LEVEL_TOKENS),
    Setting.LANGUAGE: (AUTO, *LANGUAGES),
    **{setting: tuple(labels) for setting, labels in LABELS.items()},
}
"""The choices of the buttons, spelt as in the database."""

_BUTTONS = [f"{name}:" for name in (BACK, RESET, DONE, *WORDS)]
_BUTTONS += [f"{name}:{word}" for name, words in WORDS.items() for word in words]
PATTERN = rf"^{PREFIX}:({'|'.join(map(re.escape, _BUTTONS))})\Z"
"""The data of every button: "set:length:" opens a page, "set:length:short" chooses."""


def offered(private: bool) -> list[Setting]:
    """List the settings of such a chat."""
    return [setting for setting in Setting if not private or setting not in GROUPS_ONLY]


def overview(texts: Texts, settings: ChatSettings, title: Label, private: bool) -> str:
    """Return a line for each setting, with its value."""
    lines = [state(texts, settings, setting) for setting in offered(private)]
    return "\n".join([texts.say(title), "", *lines])


def first_page(texts: Texts, private: bool) -> InlineKeyboardMarkup:
    """Return a button for each setting."""
    buttons = [_button(texts.say(NAMES[setting]), setting) for setting in offered(private)]
    rows = [buttons[start : start + COLUMNS] for start in range(0, len(buttons), COLUMNS)]
    ends = [_button(texts.say(Sentence.BUTTON_RESET), RESET), _button(texts.say(Sentence.BUTTON_DONE), DONE)]
    return InlineKeyboardMarkup([*rows, ends])


def page(texts: Texts, settings: ChatSettings, setting: Setting) -> tuple[str, InlineKeyboardMarkup]:
    """Return the text of a setting's page, and a button for each choice; the current one is marked."""
    current = settings.word(setting)
    rows = []
    for word in WORDS[setting]:
        mark = CHOSEN if word == current else ""
        rows.append([_button(mark + label(texts, setting, word), setting, word)])
    rows.append([_button(texts.say(Sentence.BUTTON_BACK), BACK)])
    text = texts.say(QUESTIONS[setting], current=label(texts, setting, current))
    return text, InlineKeyboardMarkup(rows)


def state(texts: Texts, settings: ChatSettings, setting: Setting) -> str:
    """Return a setting and its value, in one line."""
    choice = label(texts, setting, settings.word(setting))
    return texts.say(Label.SETTING_LINE, name=texts.say(NAMES[setting]), choice=choice)


def label(texts: Texts, setting: Setting, word: str) -> str:
    """Return the label of a choice; a language by its own name, and a value without a button by its number."""
    if setting is Setting.DETAIL:
        return detail_label(texts, read_detail(word))
    if setting is Setting.LANGUAGE:
        return texts.say(Label.LANGUAGE_AUTO) if word == AUTO else texts_in(word).say(Label.OWN_NAME)
    sentence = LABELS[setting].get(word)
    return word if sentence is None else texts.say(sentence)


def setting_name(texts: Texts, detail: DetailSetting) -> str:
    """Return the name of a level, of auto, or a number of tokens."""
    return texts.say(LookSentence.LEVEL_AUTO) if isinstance(detail, Auto) else texts.level(detail)


def detail_label(texts: Texts, detail: DetailSetting, info: EngineInfo | None = None) -> str:
    """Return a level with its tokens, as far as the model can use them, or the tokens alone; auto by its name."""
    if isinstance(detail, Auto):
        return setting_name(texts, detail)
    tokens = useful_tokens(detail, info)
    if detail.level is None:
        return texts.count(Count.TOKENS, tokens)
    return texts.say(Sentence.DETAIL_BUTTON, level=texts.level(detail), tokens=Count.TOKENS.of(tokens))


def _button(label: str, name: str, word: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=f"{PREFIX}:{name}:{word}")
