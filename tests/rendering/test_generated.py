"""A thousand generated answers: Telegram accepts and shows all of each, and no text is lost."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, Message
from telegram.request import HTTPXRequest

import playground
from bot.render import MOST_ENTITIES, MOST_UNITS, Part, Rendered, growing, render, units
from playground import Chat, Server
from tests.rendering.generated import Author, Generated, squashed

ANSWERS = 1000
AT_ONCE = 100
LONG_EVERY = 20
LONG = 20_000
FOOTER = "read at 448x448"


def generated(seed: int) -> Generated:
    """An answer; some are very long."""
    return Author(seed).answer(LONG if seed % LONG_EVERY == 0 else 0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground; nothing unknown to the Bot API may be asked of it."""
    async with playground.serve() as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    """PTB's Bot."""
    async with Bot(server.token, base_url=server.base_url, request=HTTPXRequest()) as running:
        yield running


@pytest.fixture
def chat(server: Server) -> Chat:
    """Where the answers go."""
    return server.person("Ada").private()


async def sent(bot: Bot, chat: Chat, rendered: Rendered) -> list[Message]:
    """Return Telegram's messages of an answer."""
    if rendered.file is not None:
        await bot.send_document(chat.id, rendered.file, filename="answer.md")
    return [await bot.send_message(chat.id, part.text, entities=part.entities) for part in rendered.parts]


def is_shown_as_meant(message: Message, part: Part) -> bool:
    """Return whether Telegram trimmed nothing and kept every entity; it may have found commands and the like."""
    found = [entity for entity in message.entities if entity in part.entities]
    return message.text == part.text and tuple(found) == part.entities


def loses_nothing(answer: Generated, rendered: Rendered) -> bool:
    """Return whether all of the text is there, or its beginning and the file; so too addresses and languages."""
    shown = squashed("".join(part.text for part in rendered.parts)).removesuffix(squashed(FOOTER))
    if rendered.file is not None:
        return bool(shown) and answer.said.startswith(shown) and rendered.file.decode() == answer.markdown
    marked = {entity.url or entity.language for part in rendered.parts for entity in part.entities}
    return shown == answer.said and marked >= set(answer.marked)


@pytest.mark.parametrize("first", range(0, ANSWERS, AT_ONCE))
async def test_generated_answers_are_shown_whole(bot: Bot, chat: Chat, first: int) -> None:
    """Through HTTP: no "can't parse entities", no lost character, no entity that Telegram would change."""
    lost, changed, files = list[int](), list[int](), 0
    for seed in range(first, first + AT_ONCE):
        answer = generated(seed)
        rendered = render(answer.markdown, FOOTER)
        files += rendered.file is not None
        if not loses_nothing(answer, rendered):
            lost.append(seed)
        messages = await sent(bot, chat, rendered)
        if not all(map(is_shown_as_meant, messages, rendered.parts)):
            changed.append(seed)
    assert (lost, changed) == ([], [])
    assert 0 < files < AT_ONCE / 5


def test_every_part_fits() -> None:
    """Also by the count of a growing answer, of which any beginning can be shown."""
    for seed in range(0, ANSWERS, 25):
        answer = generated(seed).markdown
        beginnings = [growing(answer[:size]) for size in range(0, len(answer), 1 + len(answer) // 5)]
        for part in [*beginnings, *render(answer, FOOTER).parts]:
            assert units(part.text) <= MOST_UNITS
            assert len(part.entities) <= MOST_ENTITIES
