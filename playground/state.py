"""The server's state: the bot, the chats, their messages, and the watchers."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playground.check import Description
from playground.files import Files
from playground.limits import Flood, Limits
from playground.pulse import Pulse
from playground.rooms import Post, Room
from playground.updates import Updates
from playground.wire import JSON, Refused, bad_request

UPDATE_IDS = 10**9
"""Each bot counts its updates from another number below this."""


class Happening(StrEnum):
    """The kind of an event."""

    SENT = "sent"
    EDITED = "edited"
    DELETED = "deleted"
    ACTION = "action"
    DRAFT = "draft"
    PRESSED = "pressed"
    NOTICE = "notice"
    REACTED = "reacted"


@dataclass(frozen=True, slots=True)
class Event:
    """An event in a chat. `who` is a first name; `post` is the message it is about, if any."""

    kind: Happening
    room: Room
    who: str
    text: str
    post: Post | None = None


@dataclass(slots=True)
class Query:
    """A press of a button: its time, and the bot's answer (None before it)."""

    pressed: float
    room: Room
    answer: JSON | None = None


class World:
    """All of the server's state. Belongs to one event loop."""

    def __init__(self, bot: JSON, limits: Limits | None, clock: Callable[[], float]) -> None:
        self.bot = bot
        self.clock = clock
        self.pulse = Pulse()
        self.updates = Updates(self.pulse, bot["id"] % UPDATE_IDS)
        self.files = Files()
        self.flood = Flood(limits, clock)
        self.rooms: dict[int, Room] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[JSON]] = {}
        self.watchers: list[Callable[[Event], Any]] = []
        self.numbers = itertools.count(1)

    @property
    def user(self) -> JSON:
        """The bot as a sender (only getMe says more)."""
        return {key: self.bot[key] for key in ("id", "is_bot", "first_name", "username")}

    def room(self, chat_id: int | str) -> Room:
        """Return the chat of this id or @username. Raises Refused if the bot knows none."""
        for room in self.rooms.values():
            if chat_id in (room.id, f"@{room.header.get('username')}"):
                return room
        raise bad_request("chat not found")

    def writable(self, chat_id: int | str) -> Room:
        """Return the chat if the bot may write there.

        Raises Refused: 403 where the bot was blocked or removed, 400 where the chat has become a supergroup.
        """
        room = self.room(chat_id)
        if room.moved_to is not None:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, why, migrate_to=room.moved_to)
        if room.bot_status in {"member", "administrator"}:
            return room
        if room.private:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        why = "was kicked from" if room.bot_status == "kicked" else "is not a member of"
        raise Refused(403, f"Forbidden: bot {why} the {room.header['type']} chat")

    def tell(self, kind: Happening, room: Room, who: str, text: str, post: Post | None = None) -> None:
        """Wake every waiter and call every watcher."""
        self.pulse.beat()
        for watcher in list(self.watchers):
            watcher(Event(kind, room, who, text, post))

    def post(self, room: Room, sender: JSON, content: JSON, markup: JSON | None = None) -> Post:
        """Add a message to a chat, with its next message_id."""
        header = {"message_id": len(room.posts) + 1, "date": int(self.clock()), "chat": room.header, "from": sender}
        shown = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
        post = Post(header | content | shown, sender["id"] == self.bot["id"], markup)
        self.valid("Message", post.content)
        room.posts.append(post)
        self.tell(Happening.SENT, room, post.sender, post.text, post)
        return post

    def edit(self, room: Room, post: Post, content: JSON) -> None:
        """Replace a message's content (a whole Message); its earlier text goes into the history."""
        self.valid("Message", content)
        before, post.content = post.text, content
        if post.text != before:
            post.history.append(before)
        post.reply_markup = content.get("reply_markup")
        post.edits += 1
        self.tell(Happening.EDITED, room, post.sender, post.text, post)

    def delete(self, room: Room, post: Post) -> None:
        """Delete a message from the chat."""
        post.deleted = True
        self.tell(Happening.DELETED, room, post.sender, post.text, post)

    def valid(self, kind: str, value: Any) -> None:
        """Check an object. Raises ValueError for one that Telegram would never send."""
        if problems := Description.load().problems(kind, value, kind):
            raise ValueError("; ".join(problems))

    def instance(self, room: Room) -> str:
        """Return a chat_instance: the same for every press in one chat."""
        return str(int.from_bytes(hashlib.sha256(str(room.id).encode()).digest()[:8], "big", signed=True))
