"""The updates that wait for the bot: long polling, acknowledgement by offset, and one poller at a time."""

from typing import Any

from playground.limits import POLL_SECONDS, UPDATES_AT_ONCE
from playground.pulse import Pulse
from playground.wire import JSON, Refused

ONLY_IF_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
TAKEN = "Conflict: terminated by setWebhook request"


class Updates:
    """Waiting updates, oldest first. A newer poll ends an older one, as in Telegram.

    `first` is the first update_id.
    """

    def __init__(self, pulse: Pulse, first: int) -> None:
        self.waiting: list[Any] = []
        self.allowed: list[str] | None = None
        self.closed = False
        self.webhook = ""
        self.polling = False
        self._pulse = pulse
        self._next = first
        self._poll = 0

    def wanted(self, kind: str) -> bool:
        """Return whether the bot asked for this kind of update (by default all but three kinds)."""
        return kind in self.allowed if self.allowed else kind not in ONLY_IF_ASKED

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
        if allowed is not None:
            self.allowed = allowed or None
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
