"""The updates that wait for the bot: long polling, acknowledgement by offset, one poller at a time, or a webhook."""

from dataclasses import dataclass
from typing import Any

from playground.limits import POLL_SECONDS, UPDATES_AT_ONCE
from playground.pulse import Pulse
from playground.wire import JSON, Refused

ONLY_IF_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
TAKEN = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A webhook that the bot set: where updates are brought to, with which secret, and how many at a time."""

    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True, slots=True)
class HookError:
    """Why an update could not be brought to a webhook. `date` is in seconds since 1970."""

    date: int
    message: str


class Updates:
    """Waiting updates, oldest first. A newer poll ends an older one, as in Telegram.

    `first` is the first update_id. While `webhook`, an address, is not empty nobody may poll; if it is the bot's own,
    it is `hook`, too, and `error` its last fault.
    """

    def __init__(self, pulse: Pulse, first: int) -> None:
        self.waiting: list[Any] = []
        self.allowed: list[str] | None = None
        self.closed = False
        self.webhook = ""
        self.hook: Hook | None = None
        self.error: HookError | None = None
        self.polling = False
        self._pulse = pulse
        self._next = first
        self._poll = 0

    def set_webhook(self, url: str, hook: Hook | None = None) -> None:
        """Set the webhook, `hook` if it is the bot's own, or end it with an empty address."""
        self.webhook, self.hook, self.error = url, hook, None
        self._pulse.beat()

    def wanted(self, kind: str) -> bool:
        """Return whether the bot asked for this kind of update (by default all but three kinds)."""
        return kind in self.allowed if self.allowed else kind not in ONLY_IF_ASKED

    def allow(self, kinds: list[str] | None) -> None:
        """Queue these kinds of updates alone from now on; an empty list is the default again, None changes nothing."""
        if kinds is not None:
            self.allowed = kinds or None

    def put(self, kind: str, value: JSON) -> JSON | None:
        """Queue an update; None if the bot did not ask for its kind."""
        if not self.wanted(kind):
            return None
        return self.put_raw({"update_id": self._next, kind: value})

    def put_raw(self, update: JSON) -> JSON:
        """Queue anything, even what no real server sends. An update_id is added where there is none."""
        update = {"update_id": self._next} | update
        self._next = max(self._next, update["update_id"] if isinstance(update["update_id"], int) else 0) + 1
        self.waiting.append(update)
        self._pulse.beat()
        return update

    async def get(self, offset: int, limit: int, timeout: int, allowed: list[str] | None) -> list[Any]:  # noqa: ASYNC109
        """Return the next updates, after waiting up to `timeout` seconds for one.

        A positive `offset` forgets every update below it; a negative one forgets all but the last -offset. Raises
        Refused (409) when another poll begins meanwhile, and
        while there is a webhook.
        """
        if self.webhook:
            raise Refused(409, WEBHOOK)
        self._poll += 1
        mine = self._poll
        self.allow(allowed)
        self._acknowledge(offset)
        self.polling = timeout > 0
        self._pulse.beat()
        try:
            await self._pulse.until(
                lambda: self.waiting or self.closed or self.webhook or self._poll != mine,
                min(timeout, POLL_SECONDS),
                lambda: "updates",
            )
        except TimeoutError:
            return []
        finally:
            if self._poll == mine:
                self.polling = False
        if self._poll != mine:
            raise Refused(409, CONFLICT)
        if self.webhook:
            raise Refused(409, TAKEN)
        return self.waiting[: limit if 1 <= limit <= UPDATES_AT_ONCE else UPDATES_AT_ONCE]

    def _acknowledge(self, offset: int) -> None:
        if offset > 0:
            kept = (update for update in self.waiting if isinstance(update["update_id"], int))
            self.waiting = [update for update in kept if update["update_id"] >= offset]
        elif offset < 0:
            self.waiting = self.waiting[offset:]
