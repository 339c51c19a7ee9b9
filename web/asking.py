"""A question as the page sends it, and as the assistant is asked it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.access import Asker
from assistant.pictures.library import Origin
from assistant.pictures.refusals import BadSelection
from assistant.pictures.selection import MOST_PAGES, pages_named
from assistant.question import Question
from assistant.settings.chat_settings import Footer
from assistant.settings.detail_setting import Auto, DetailSetting
from assistant.storage import Conversation, Picture
from assistant.texts import Count, Sentence, Texts
from assistant.wording.about_one import about_one, asked_again
from assistant.wording.pages import PAGES, PICTURES, Noun, chosen, names_pages
from assistant.wording.question import ASK, ParsedQuestion, Task, parse
from model_service import MAX_TOKENS, MIN_TOKENS, Detail, Region
from web.refusals import NOT_HERE, NOT_UNDERSTOOD, Refused
from web.services import PageServices

MOST_CHARACTERS = 4096
"""The longest question: as long as a message on Telegram may be."""

_COMMAND = re.compile(rf"\s*/({ASK}|{'|'.join(Task)})\b\s*", re.IGNORECASE)


class Sent(BaseModel):
    """A question as it was sent and is kept: `pictures` by their numbers, `region` in fractions, `tokens` or auto.

    `thinking`: it is to be thought over first, by a model that can.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(max_length=MOST_CHARACTERS)]
    pictures: Annotated[tuple[int, ...], Field(max_length=MOST_PAGES)]
    tokens: Annotated[int, Field(ge=MIN_TOKENS, le=MAX_TOKENS)] | Auto
    region: tuple[float, float, float, float] | None = None
    reworded: bool = False
    thinking: bool = False

    @property
    def detail(self) -> DetailSetting:
        """How closely to look."""
        return self.tokens if isinstance(self.tokens, Auto) else Detail(self.tokens)

    @property
    def marked(self) -> Region | None:
        """The part of the picture that was marked.

        Raises:
            ValueError: it is no part of a picture.
        """
        return None if self.region is None else Region(*self.region)


def read_sent(body: bytes) -> Sent:
    """Parse a question.

    Raises:
        Refused: it is none.
    """
    try:
        sent = Sent.model_validate_json(body)
        _ = sent.marked
    except (ValidationError, ValueError):
        raise NOT_UNDERSTOOD from None
    return sent


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The pictures that a question is about, what is asked about each, and how many it named.

    Where it named some, `whole` is what is asked of all at once, and `numbers` are theirs.
    """

    pictures: list[Picture]
    parsed: ParsedQuestion
    named: int = 0
    whole: str = ""
    numbers: tuple[int, ...] = ()


async def question_of(
    services: PageServices, conversation: Conversation, sent: Sent, texts: Texts, before: Sequence[str]
) -> Question:
    """Return the question to ask the assistant, without a number; `before` are the earlier ones, the newest last.

    Raises:
        Refused: there is nothing asked, or nothing to ask about.
        One of USER_ERRORS: it names pages or pictures that do not exist, or cannot be opened.
    """
    command = _COMMAND.match(sent.text)
    words = sent.text[command.end() :] if command else sent.text
    parsed = parse(words.strip(), command[1].casefold() if command else None, texts)
    pictures = await pictures_of(services, conversation, sent.pictures)
    if not pictures:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, Sentence.SEND_PICTURE_FIRST)
    found = await _choose(services, pictures, parsed, before)
    if not found.parsed.text:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, Sentence.WHAT_TO_KNOW)
    parsed = replace(found.parsed, reworded=sent.reworded, thinking=sent.thinking)
    if parsed.turn:
        turns = parsed.turn
        turned = [await services.library.turn(one, (one.turns + turns) % 4) for one in found.pictures]
        found = replace(found, pictures=turned)
    defaults = replace(services.settings.chat_defaults(), detail=sent.detail, footer=Footer.EVERYTHING)
    return Question(
        chat=conversation.chat,
        message=0,
        number=0,
        asker=Asker(conversation.person, str(conversation.person), None),
        parsed=parsed,
        pictures=tuple(found.pictures),
        settings=parsed.settings(defaults),
        named=found.named,
        whole=found.whole,
        numbers=found.numbers,
        texts=texts,
        region=sent.marked,
    )


async def pictures_of(services: PageServices, conversation: Conversation, numbers: Sequence[int]) -> list[Picture]:
    """Return pictures of a conversation by their numbers, in that order.

    Raises:
        Refused: one of them is not there.
    """
    pictures = [await services.pictures.get(number) for number in numbers]
    found = [picture for picture in pictures if picture is not None and picture.chat == conversation.chat]
    if len(found) < len(numbers):
        raise NOT_HERE
    return found


async def pages_of(services: PageServices, page: Picture, numbers: Sequence[int]) -> list[Picture]:
    """Return pages of a page's document, rendered where they are not known yet.

    Raises:
        One of USER_ERRORS: they cannot be rendered.
    """
    known = {one.page: one for one in await services.pictures.pages(page.chat, page.message_id)}
    if missing := [number for number in numbers if number not in known]:
        origin = Origin("page", page.chat, page.message_id, None, page.file_id, page.file_unique_id)
        file = services.folder / page.file_id
        known |= {one.page: one for one in await services.library.take_in(file, origin, missing)}
    return [known[number] for number in numbers if number in known]


async def _choose(
    services: PageServices, pictures: list[Picture], parsed: ParsedQuestion, before: Sequence[str]
) -> _Chosen:
    """Return the pages of the document, or the pictures among these, that a question names; else all of them."""
    first, text = pictures[0], parsed.text
    if first.page and names_pages(text):
        shown = await pages_of(services, first, pages_named(text, first.pages))
        whole, pages = _whole(text, before, PAGES), tuple(one.page for one in shown)
        asked = replace(parsed, text=about_one(whole, PAGES))
        return _Chosen(shown, asked, len(chosen(text, PAGES, first.pages)), whole, pages)
    numbers = chosen(text, PICTURES, len(pictures)) if len(pictures) > 1 else []
    if not numbers:
        return _Chosen(pictures, parsed)
    if not 1 <= numbers[0] <= numbers[-1] <= len(pictures):
        raise BadSelection(Sentence.NO_SUCH_PICTURE, pictures=Count.PICTURES.of(len(pictures)))
    whole = _whole(text, before, PICTURES)
    asked = replace(parsed, text=about_one(whole, PICTURES))
    return _Chosen([pictures[one - 1] for one in numbers], asked, len(numbers), whole, tuple(numbers))


def _whole(text: str, before: Sequence[str], noun: Noun) -> str:
    """Return what is asked of those named; "and page 2?" asks the same as the question before. Empty: nothing."""
    if about_one(text, noun):
        return text
    former = next((about_one(asked, noun) for asked in reversed(before) if about_one(asked, noun)), "")
    return asked_again(former, text, noun) if former else ""
