"""Build a GenerationRequest from history, question, picture and settings; knows no Telegram type."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.settings.chat_settings import ChatSettings, Length
from assistant.settings.settings import ModelSettings
from assistant.wording.parts import WISH as WISH_OF_PART
from model_service import GenerationRequest, Message, PictureRef, SamplingParams, Transcription, with_pictures

ASCII_CHARACTERS_PER_TOKEN = 3
"""A cautious estimate for Latin text (about 4 in English); any other character is counted as a token of its own."""


SHORT_PART = 4
"""The divisor of the longest answer's tokens for a short answer."""

WISHES = {
    Length.SHORT: ("Answer briefly.", "请简短回答。"),
    Length.LONG: ("Answer in detail.", "请详细回答。"),
}
"""The request for an answer of that length, in English and in Chinese."""

CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Asking:
    """A question about a picture, or several that are seen together. `person` is empty if unknown.

    `of_long`: it is a piece of a longer picture, and may not hold the answer. `transcription`: it asks for nothing else
    than that, and a reader takes it; `fields` are those to be filled in. `order` says in English and in Chinese which
    pictures they are, where that is not clear. Up to `thinking` tokens may be spent on thoughts before the answer.
    """

    id: str
    chat: str
    text: str
    pictures: tuple[PictureRef, ...]
    person: str = ""
    length: Length = Length.NORMAL
    of_long: bool = False
    transcription: Transcription | None = None
    fields: str = ""
    order: tuple[str, str] = ("", "")
    thinking: int = 0


def build_request(
    question: Asking, history: Sequence[Message], sampling: SamplingParams, history_tokens: int
) -> GenerationRequest:
    """Build the request for a question that follows `history`, alternating questions and answers about the same.

    The pictures belong to the first user's turn. History and question take about `history_tokens` at most: of the
    history the first pair is kept, then the newest ones; the question is kept whatever its length.
    """
    wish = f"{_in_language_of(question.text, question.order)} {wish_for(question.length, question.text)}".strip()
    if question.of_long:
        wish = f"{wish} {_in_language_of(question.text, WISH_OF_PART)}".strip()
    kept = truncate_history(history, history_tokens - estimate_tokens(question.text + wish))
    return GenerationRequest(
        id=question.id,
        chat=question.chat,
        person=question.person,
        messages=with_pictures((*kept, Message("user", question.text)), *question.pictures),
        sampling=sampling,
        wish=wish,
        transcription=question.transcription,
        fields=question.fields,
        thinking=question.thinking,
    )


def wish_for(length: Length, question: str) -> str:
    """Return the wish for a length, in the question's language, since the model answers in that; empty: normal."""
    return _in_language_of(question, WISHES.get(length, ("", "")))


def _in_language_of(question: str, wish: tuple[str, str]) -> str:
    """Return a wish, given in English and in Chinese, in the language of a question."""
    english, chinese = wish
    return chinese if CHINESE.search(question) else english


def sampling_in(chat: ChatSettings, model: ModelSettings) -> SamplingParams:
    """Return the sampling parameters for a chat with these settings."""
    most = max(1, model.max_tokens // SHORT_PART) if chat.length is Length.SHORT else model.max_tokens
    return replace(model.sampling(), max_tokens=most, temperature=chat.temperature)


def drop_repeats(history: Sequence[Message], question: str) -> list[Message]:
    """Drop earlier turns with the same question, so that the model answers afresh."""
    pairs = zip(history[::2], history[1::2], strict=False)
    return [message for pair in pairs if pair[0].text != question for message in pair]


def truncate_history(history: Sequence[Message], tokens: int) -> tuple[Message, ...]:
    """Return the first pair and as many of the newest as fit into `tokens`; nothing if not even the first fits."""
    pairs = [tuple(history[index : index + 2]) for index in range(0, len(history) - 1, 2)]
    costs = [sum(estimate_tokens(message.text) for message in pair) for pair in pairs]
    if not pairs or costs[0] > tokens:
        return ()
    left = tokens - costs[0]
    newest: list[tuple[Message, ...]] = []
    for pair, cost in zip(reversed(pairs[1:]), reversed(costs[1:]), strict=True):
        if cost > left:
            break
        left -= cost
        newest.insert(0, pair)
    return tuple(message for pair in (pairs[0], *newest) for message in pair)


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few."""
    ascii_characters = sum(character.isascii() for character in text)
    return -(-ascii_characters // ASCII_CHARACTERS_PER_TOKEN) + len(text) - ascii_characters
