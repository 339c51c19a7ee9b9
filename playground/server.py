"""A Bot API server on loopback: its life, the people on it, and a test's questions to it."""

import asyncio
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from playground.app import DELIVERY, Api, Call
from playground.chat import Chat
from playground.delivery import Attempt, Delivery
from playground.faults import Fault
from playground.limits import HOOK_PAUSES, Limits
from playground.origins import channel
from playground.people import Person, group_header, new_person
from playground.rooms import Room
from playground.state import Event, World
from playground.wire import JSON, Refused
from web.server import EmbeddedServer, listen

LOOPBACK = "127.0.0.1"
Seen = TypeVar("Seen")


class Server:
    """The playground. Use it as `async with serve() as server`; it lives in the loop that entered it."""

    def __init__(  # noqa: PLR0917
        self,
        token: str | None,
        port: int,
        limits: Limits | None,
        privacy: bool,
        clock: Callable[[], float],
        hook_pauses: tuple[float, float],
    ) -> None:
        self.token = token or f"7012345678:{secrets.token_urlsafe(26)}"
        bot_id = self.token.partition(":")[0]
        self.bot: JSON = {
            "id": int(bot_id) if bot_id.isdigit() else 7012345678,
            "is_bot": True,
            "first_name": "Eyeglass",
            "username": "eyeglass_play_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": not privacy,
            "supports_inline_queries": False,
        }
        self.world = World(self.bot, limits, clock)
        self._api = Api(self.world, self.token)
        self._delivery = Delivery(self.world, hook_pauses, lambda update: self._api.heard(Call(DELIVERY, update)))
        self._socket: socket.socket
        self._port = port
        self._tasks = asyncio.TaskGroup()
        self._http = EmbeddedServer(self._api.app)

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        self._socket = listen(LOOPBACK, self._port)
        self._port = self._socket.getsockname()[1]
        await self._tasks.__aenter__()
        self._tasks.create_task(self._http.serve([self._socket]))
        self._tasks.create_task(self._delivery.run())
        return self

    async def __aexit__(self, *error: object) -> None:
        """Answer waiting clients, then close."""
        self.world.updates.closed = True
        self.world.pulse.beat()
        self._http.end()
        await self._tasks.__aexit__(None, None, None)
        self._socket.close()

    @property
    def url(self) -> str:
        """The address that it listens on."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def base_url(self) -> str:
        """For telegram.base_url."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For telegram.base_file_url."""
        return f"{self.url}/file/bot"

    @property
    def requests(self) -> list[Call]:
        """Every request of the bot so far, downloads as "download"."""
        return self._api.calls

    @property
    def violations(self) -> list[str]:
        """Requests that the Bot API does not know. A test expects none."""
        return self._api.violations

    @property
    def pending(self) -> list[Any]:
        """The updates that the bot has not acknowledged."""
        return self.world.updates.waiting

    @property
    def polling(self) -> bool:
        """Whether the bot waits for updates now."""
        return self.world.updates.polling

    @property
    def hooked(self) -> bool:
        """Whether the bot's own webhook is set."""
        return self.world.updates.hook is not None

    @property
    def deliveries(self) -> list[Attempt]:
        """Every attempt to bring an update to the bot's webhook so far."""
        return self._delivery.attempts

    def calls(self, method: str) -> list[JSON]:
        """Return the parameters of every call of a method so far."""
        return [call.params for call in self.requests if call.method == method]

    def person(self, name: str, *, language_code: str = "en", username: str | None = None) -> Person:
        """Create a person."""
        return new_person(self.world, name, language_code, username)

    def group(self, title: str, *people: Person, forum: bool = False, bot_is_admin: bool = False) -> Chat:
        """Create a supergroup with these people and the bot; the first of them owns it."""
        members = {person.id: person.user for person in people}
        room = Room(group_header(self.world, title, forum), members, {person.id for person in people[:1]})
        room.bot_status = "administrator" if bot_is_admin else "member"
        self.world.rooms[room.id] = room
        return Chat(self.world, room, people)

    def channel(self, title: str, owner: Person) -> Chat:
        """Create a channel without the bot (Chat.set_bot_status adds it). Its posts are not played."""
        room = Room(channel(title), {owner.id: owner.user}, {owner.id}, bot_status="left")
        self.world.rooms[room.id] = room
        return Chat(self.world, room, (owner,))

    def upgrade(self, chat: Chat) -> Chat:
        """Turn a group into a supergroup, with another id and no messages yet; both chats tell the bot."""
        before = chat.room
        header = group_header(self.world, str(before.header["title"]), forum=False)
        room = Room(header, dict(before.members), set(before.admins), bot_status=before.bot_status)
        self.world.rooms[room.id], before.moved_to = room, room.id
        after = Chat(self.world, room, chat.people)
        chat.notice({"migrate_to_chat_id": room.id})
        after.notice({"migrate_from_chat_id": before.id})
        return after

    def watch(self, watcher: Callable[[Event], Any]) -> None:
        """Call this on every event in any chat."""
        self.world.watchers.append(watcher)

    def listen(self, listener: Callable[[Call], object]) -> None:
        """Call this with every request of the bot that was done, before the bot hears of it.

        Also with each attempt to bring an update to its webhook, as "delivery", just before it is made.
        """
        self._api.listeners.append(listener)

    def put_update(self, update: JSON) -> JSON:
        """Queue an update as it is, even a malformed one (an update_id is added where there is none)."""
        return self.world.updates.put_raw(update)

    def set_foreign_webhook(self, url: str) -> None:
        """Set a webhook, as another program with the same token does: nobody may poll until it is deleted.

        Nobody answers at its address, so that updates go on waiting.
        """
        self.world.updates.set_webhook(url)

    def fail_next(
        self,
        method: str,
        status: int = 500,
        description: str = "Internal Server Error",
        retry_after: int | None = None,
        *,
        times: int = 1,
        delivered: bool = False,
        chat: int | None = None,
        html: bool = False,
    ) -> None:
        """Refuse the next calls of a method; with `delivered` the call is done, and only then refused.

        `chat` limits it to one chat; `html` answers with the page of a gateway instead of JSON.
        """
        refusal = Refused(status, description, retry_after, html=html)
        self._api.faults.plan(method, Fault(refusal, delivered, chat), times)

    def fail_no_more(self) -> None:
        """Drop the planned failures that have not happened yet."""
        self._api.faults.clear()

    def time_out_next(self, method: str, *, times: int = 1, delivered: bool = True) -> None:
        """Never answer the next calls of a method, whether or not they are done."""
        self._api.faults.plan(method, Fault(None, delivered), times)

    def delay(self, method: str, seconds: float) -> None:
        """Delay every call of a method by this long from now on (0: no longer)."""
        self._api.faults.seconds[method] = seconds

    def refuse_connections(self) -> None:
        """Refuse new connections from now on; existing ones go on."""
        for server in self._http.servers:
            server.close()

    async def accept_connections(self) -> None:
        """Listen again, at the same address."""
        self._socket = listen(LOOPBACK, self._port)
        await self._http.startup([self._socket])

    async def wait_until(self, look: Callable[[], Seen | None], timeout: float = 10) -> Seen:  # noqa: ASYNC109
        """Wait until `look` is true after some change, and return its value. Raises TimeoutError."""
        return await self.world.pulse.until(look, timeout, lambda: f"{[call.method for call in self.requests[-20:]]}")

    async def acknowledged(self, timeout: float = 10) -> None:  # noqa: ASYNC109
        """Wait until the bot has acknowledged every update, and polls for more or has a webhook."""
        await self.wait_until(lambda: not self.pending and (self.polling or self.hooked), timeout)


def serve(
    token: str | None = None,
    *,
    port: int = 0,
    limits: Limits | None = None,
    privacy: bool = True,
    clock: Callable[[], float] = time.time,
    hook_pauses: tuple[float, float] = HOOK_PAUSES,
) -> Server:
    """Create a server for one bot: `async with serve() as server`.

    Port 0 is any free port. `limits` switches flood control on; `privacy` is the bot's privacy mode in groups. `clock`
    returns the seconds since 1970 for the dates of messages, flood control and the age of queries. `hook_pauses` are
    the first and the longest pause, in seconds, before an update that a webhook did not take is brought again.
    """
    return Server(token, port, limits, privacy, clock, hook_pauses)
