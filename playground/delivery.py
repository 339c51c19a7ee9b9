"""Bring updates to the bot's webhook: those of a chat one after another, again and again until they are taken."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.tasks import spawn
from playground.state import World
from playground.updates import Hook, HookError
from playground.wire import JSON

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
SECONDS = 10.0
"""The longest wait for a webhook's answer."""

FOREVER = 1e9


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to bring an update: its number, and the webhook's status (None: there was no answer)."""

    update_id: object
    status: int | None


class Delivery:
    """Brings what waits to the webhook, if one is set.

    As Telegram's own server does, it knows a line for each chat: in it an update waits for the one before, and for its
    growing pauses as long as that is not taken. Others go on meanwhile, as many at a time as the webhook has
    connections.
    """

    def __init__(self, world: World, pauses: tuple[float, float], begins: Callable[[JSON], object]) -> None:
        """`pauses` are the first and the longest one, in seconds; `begins` is called before each attempt."""
        self.attempts: list[Attempt] = []
        self._world = world
        self._pauses = pauses
        self._begins = begins
        self._hook: Hook | None = None
        self._busy: dict[object, asyncio.Task[None]] = {}
        self._held: dict[object, tuple[float, float]] = {}

    async def run(self) -> None:
        """Bring updates until the server closes."""
        updates = self._world.updates
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            while True:
                await self._world.pulse.until(lambda: updates.closed or self._next(), FOREVER, lambda: "an update")
                if updates.closed:
                    break
                hook, update = updates.hook, self._next()
                assert hook is not None  # noqa: S101
                line = line_of(update)
                self._busy[line] = spawn(self._bring(client, hook, line, update), "bring an update")
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _next(self) -> Any:
        """Return the oldest update that may be brought now, None if there is none."""
        updates, now = self._world.updates, asyncio.get_running_loop().time()
        if updates.hook is not self._hook:  # It begins again, without pauses.
            self._hook = updates.hook
            self._held.clear()
        if self._hook is None or len(self._busy) >= self._hook.max_connections:
            return None
        blocked = set(self._busy) | {line for line, (until, _) in self._held.items() if until > now}
        return next((update for update in updates.waiting if line_of(update) not in blocked), None)

    async def _bring(self, client: httpx.AsyncClient, hook: Hook, line: object, update: Any) -> None:
        status: int | None = None
        fault = ""
        try:
            self._begins(update)
            response = await client.post(hook.url, json=update, headers={SECRET_HEADER: hook.secret})
            status = response.status_code
            if not response.is_success:
                fault = f"Wrong response from the webhook: {status} {response.reason_phrase}"
        except httpx.TimeoutException:
            fault = "Read timeout expired"
        except httpx.TransportError as error:
            fault = "Connection refused" if isinstance(error, httpx.ConnectError) else "Connection closed"
        finally:
            del self._busy[line]
        self.attempts.append(Attempt(update.get("update_id"), status))
        if not fault:
            self._held.pop(line, None)
            with contextlib.suppress(ValueError):  # It was dropped meanwhile.
                self._world.updates.waiting.remove(update)
        elif hook is self._world.updates.hook:
            self._hold(line, fault)
        self._world.pulse.beat()

    def _hold(self, line: object, fault: str) -> None:
        """Hold a line back for its pause, which is twice as long each time."""
        loop, (first, longest) = asyncio.get_running_loop(), self._pauses
        pause = min(longest, 2 * self._held[line][1]) if line in self._held else first
        self._held[line] = (loop.time() + pause, pause)
        self._world.updates.error = HookError(int(self._world.clock()), fault)
        loop.call_later(pause + 0.001, self._world.pulse.beat)


def line_of(update: Any) -> object:
    """Return the line in which an update waits: its chat, for a press its person."""
    for kind, value in update.items():
        if isinstance(value, dict):
            owner = value.get("from" if kind == "callback_query" else "chat")
            return kind == "callback_query", owner.get("id") if isinstance(owner, dict) else None
    return False, None
