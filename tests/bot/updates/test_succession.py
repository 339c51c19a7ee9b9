"""The data of a former bot: what a new one takes over, and what it lets go."""

import json
from dataclasses import replace

import pytest

from assistant.storage import Database, Pictures, Turns
from bot.updates.group_migration import GroupMigration
from bot.updates.inbox import Inbox
from bot.updates.succession import Succession
from tests.assistant.storage.test_tables import NEW, TURN

FIRST, SECOND, THIRD = 7_000_000_001, 8_000_000_002, 9_000_000_003
CHAT, GROUP = NEW.chat, -1001
NUMBERS = range(1, 99)


@pytest.fixture
async def succession(database: Database) -> Succession:
    """The first bot has the data."""
    made = Succession(database)
    assert await made.begin(FIRST) is None
    return made


async def ask(database: Database) -> int:
    """Store a picture of two pages with a question, as each new bot numbers them; return the first page's number."""
    pages = [await Pictures(database).add(replace(NEW, source="page", page=page, pages=2)) for page in (1, 2)]
    await Turns(database).add([(page, TURN) for page in pages])
    await Pictures(database).look_at(pages, CHAT)
    return pages[0].id


async def known(database: Database, chat: int) -> list[int]:
    """Return the numbers of messages that are known to be about something there, or answered."""
    pictures, turns = Pictures(database), Turns(database)
    return [n for n in NUMBERS if await pictures.of_message(chat, n) or await turns.answered(chat, n)]


async def test_no_number_of_a_former_bot_names_a_message(database: Database, succession: Succession) -> None:
    """Not after one change, nor after two; what was said stays, each picture's pages stay together."""
    pictures, firsts = Pictures(database), []
    for bot in (SECOND, THIRD, FIRST):
        firsts.append(await ask(database))
        assert await known(database, CHAT) == [11, 12, 13]
        assert await succession.begin(bot) == 0
        assert await known(database, CHAT) == []
        assert (await pictures.current(CHAT)).pictures == []
    for first in firsts:
        page = await pictures.get(first)
        assert page is not None
        assert [other.page for other in await pictures.pages(CHAT, page.message_id)] == [1, 2]
        assert len(await Turns(database).history(page, None)) == 2
    assert [shown.id for shown in await pictures.recent(CHAT, 9)] == [n for f in firsts for n in (f, f + 1)]


async def test_the_same_bot_keeps_all(database: Database, succession: Succession) -> None:
    """Start after start."""
    await ask(database)
    await Inbox(database).receive(1, b"{}")
    assert [await succession.begin(FIRST) for _ in range(2)] == [None, None]
    assert await known(database, CHAT) == [11, 12, 13]
    assert len(await Inbox(database).waiting(9)) == 1


async def test_a_group_may_move_before_and_after_the_change(database: Database, succession: Succession) -> None:
    """The numbers that were let go stay so, and apart from those that are let go later."""
    for bot, chat in ((SECOND, -7), (THIRD, GROUP)):
        await ask(database)
        await GroupMigration(database).group(CHAT, chat)
        await ask(database)
        await succession.begin(bot)
        await GroupMigration(database).group(CHAT, chat)
        assert await known(database, chat) == []
    await GroupMigration(database).group(-7, GROUP)
    assert await known(database, GROUP) == []
    assert len(await Pictures(database).recent(GROUP, 99)) == 8


async def test_updates_of_a_former_bot_are_dropped(database: Database, succession: Succession) -> None:
    """Their numbers are free for the new bot's, of which none is taken for one that is done."""
    inbox = Inbox(database)
    payload = json.dumps({"message": {"message_id": 7, "chat": {"id": CHAT}}}).encode()
    for number in (1, 2, 3):
        await inbox.receive(number, payload)
    await inbox.claim(1)
    await inbox.finish(1)
    await inbox.claim(2)
    await inbox.set_aside(4, b"{", "unreadable")
    assert await succession.begin(SECOND) == 3
    assert await inbox.receive_all([]) == set()
    assert [await inbox.receive(number, payload) for number in (1, 2, 3, 4)] == [True] * 4
