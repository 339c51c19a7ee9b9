"""A person's press of an inline button, and the bot's answer to it."""

import secrets
from dataclasses import dataclass

from playground.rooms import Button, Post, Room
from playground.state import Happening, Query, World
from playground.wire import JSON


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `id` is the callback query's."""

    id: str
    world: World

    @property
    def answer(self) -> JSON | None:
        """The arguments of answerCallbackQuery: text, show_alert, url; None before the answer."""
        return self.world.queries[self.id].answer

    async def answered(self, timeout: float = 10) -> str:  # noqa: ASYNC109
        """Wait for the bot's answer; return its text (empty if it only stopped the spinner). Raises TimeoutError."""
        await self.world.pulse.until(lambda: self.answer is not None, timeout, lambda: "no answerCallbackQuery")
        return str((self.answer or {}).get("text", ""))


def press(world: World, room: Room, user: JSON, wanted: str, post: Post | None) -> Press:
    """Press the button with this text or data. Raises LookupError if no message (or not this one) has it."""
    post, button = find(room, wanted, post)
    if button.data is None:
        raise LookupError(f"{wanted!r} leads elsewhere: the bot is not told")
    query_id = str(secrets.randbits(63))
    world.queries[query_id] = Query(world.clock(), room)
    gone = {"chat": room.header, "message_id": post.id, "date": 0}
    callback = {"id": query_id, "from": user, "message": gone if post.deleted else post.content, "data": button.data}
    callback["chat_instance"] = world.instance(room)
    world.valid("CallbackQuery", callback)
    world.updates.put("callback_query", callback)
    world.tell(Happening.PRESSED, room, user["first_name"], button.text, post)
    return Press(query_id, world)


def find(room: Room, wanted: str, post: Post | None) -> tuple[Post, Button]:
    """Return the button and the newest message that shows it."""
    shown = [post] if post else [other for other in reversed(room.posts) if not other.deleted]
    for candidate in shown:
        for button in candidate.buttons:
            if wanted in (button.text, button.data):
                return candidate, button
    there = [button.text for candidate in shown for button in candidate.buttons]
    raise LookupError(f"there is no button {wanted!r}, only {there}")
