"""Whether the bot speaks a language, in every word that it says; and a bot that has its owner and a group."""

import re

from assistant.texts import LANGUAGES, Label, texts_in
from playground import Chat, Post, Server
from tests.conversation.conftest import Stage, is_growing

SCRIPTS = {"zh": re.compile("[\u4e00-\u9fff]"), "ru": re.compile("[\u0400-\u04ff]")}
"""The letters of each language but English."""

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
"""The number of words in a row that make an untranslated sentence; one or two may be a name."""

OWN_NAMES = {texts_in(language).say(Label.OWN_NAME) for language in LANGUAGES}
"""In a menu each language is called by its own name."""

QUESTIONS = {"en": "What is this?", "zh": "这是什么？", "ru": "Что это?"}
ANSWERS = {"en": "A grey gradient.", "zh": "灰色的渐变。", "ru": "Серый градиент."}


def is_in(language: str, text: str) -> bool:
    """Whether all of a text is in this language: in its letters, without an English sentence or another's letters."""
    found = {code for code, letters in SCRIPTS.items() if letters.search(text)}
    return not found if language == "en" else found == {language} and ENGLISH.search(text) is None


def foreign(language: str, post: Post) -> list[str]:
    """Return the texts of a message, its buttons included, that are not in this language."""
    labels = [button.text for button in post.buttons if button.text.removeprefix("✓ ") not in OWN_NAMES]
    wordy = [label for label in labels if any(letters.search(label) for letters in (ENGLISH, *SCRIPTS.values()))]
    return [said for said in (post.text, *wordy) if not is_in(language, said)]


class House:
    """A closed bot that belongs to Ada, who speaks `language`; `group` is hers, and may use it."""

    def __init__(self, stage: Stage, server: Server, language: str) -> None:
        self.stage = stage
        self.server = server
        self.language = language
        self.question = QUESTIONS[language]
        stage.engine.pieces = (ANSWERS[language],)
        stage.values["access"] = {"mode": "closed"}
        self.ada = server.person("Ada", language_code=language)
        self.ben = server.person("Ben", language_code=language)
        self.chat = self.ada.private()
        self.group = server.group("Family", self.ada, self.ben)

    async def open(self) -> None:
        """Start the bot; Ada is its owner already, and her group is in."""
        admissions = (await self.stage.start()).services.admissions
        await admissions.pair(self.ada.id, "Ada", self.language)
        await admissions.let_in(self.group.id, "Family", self.ada.id)

    async def told(self, chat: Chat, after: Post) -> Post:
        """Return the bot's finished answer to a message, which must be in the language."""
        reply = await chat.answer(after, lambda post: bool(post.text) and not is_growing(post))
        assert foreign(self.language, reply) == [], after.text
        return reply
