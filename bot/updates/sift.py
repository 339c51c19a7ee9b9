"""Sift updates: what can be read is stored, what cannot is set aside instead of blocking all that follow."""

import asyncio
import json
import logging
from collections.abc import Iterable

from telegram import Bot, Update

from bot.delivery.drafts import STOPPED
from bot.updates.inbox_queue import InboxQueue

ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, STOPPED)
"""The updates that the bot handles; everything else would only be stored and ignored."""

_log = logging.getLogger(__name__)


async def sift(queue: InboxQueue, updates: Iterable[object], bot: Bot | None = None) -> list[Update | int | None]:
    """Store the updates that can be read, all in one transaction, and set aside the others.

    Returns:
        For each the update, which may be put into the queue; or, set aside, its number; or None: it has no number.

    Raises:
        sqlite3.Error: the inbox does not take them; they must come again.
    """
    sifted: list[Update | int | None] = []
    readable, payloads = [], []
    for update in updates:
        await asyncio.sleep(0)  # A hundred updates in one go would hold the event loop for 30 ms.
        text = json.dumps(update)
        read = _read(text, bot)
        if isinstance(read, Update):
            readable.append(read)
            payloads.append(text.encode())
            sifted.append(read)
        else:
            sifted.append(await _set_aside(queue, update, read))
    await queue.write_down(readable, payloads)
    return sifted


def _read(text: str, bot: Bot | None) -> Update | str:
    """Return the update, or the library's error."""
    update = json.loads(text)
    if not isinstance(update, dict):
        return "it is not an object"
    try:
        read = Update.de_json(update, bot)
    except Exception as error:  # whatever it raises, it would raise again when polling
        return repr(error)
    return read if isinstance(read.update_id, int) else "it has no number"


async def _set_aside(queue: InboxQueue, update: object, fault: str) -> int | None:
    """Keep an update that cannot be read; return its number, None if it has none."""
    number = update.get("update_id") if isinstance(update, dict) else None
    _log.error("an update cannot be read and is set aside: %s (update %s)", fault, number)
    if not isinstance(number, int):
        return None
    await queue.inbox.set_aside(number, json.dumps(update).encode(), fault)
    return number
