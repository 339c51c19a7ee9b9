"""A draft is shown again before Telegram takes it away."""

from typing import Any

from telegram.error import BadRequest

from bot.delivery.drafts import KEPT_SECONDS, Draft
from bot.render import Part


class Screen:
    """Stands in for the bot: keeps the texts of drafts, or declines them."""

    def __init__(self, *, declines: bool = False) -> None:
        self.texts: list[str] = []
        self._declines = declines

    async def send_message_draft(self, chat: int, number: int, text: str, **more: Any) -> bool:
        """Accept a draft, as the Bot API does."""
        if self._declines:
            raise BadRequest("method is not available")
        self.texts.append(text)
        return True


def draft(screen: Any, now: list[float]) -> Draft:
    """Return a draft with a clock of ours."""
    return Draft(screen, 5, 1, clock=lambda: now[0])


async def test_it_fades_when_nothing_is_new_for_long() -> None:
    """After 20 of Telegram's 30 seconds; whenever it is shown these begin again."""
    now, screen = [0.0], Screen()
    shown = draft(screen, now)
    assert await shown.show(Part("A grey"))
    now[0] = KEPT_SECONDS - 1
    assert not shown.fades
    now[0] = KEPT_SECONDS
    assert shown.fades
    assert await shown.show(Part("A grey"))
    assert not shown.fades
    assert screen.texts == ["A grey", "A grey"]


async def test_what_is_declined_once_is_not_tried_again() -> None:
    """And does not fade: there is nothing to be seen."""
    now = [0.0]
    declined = draft(Screen(declines=True), now)
    assert not await declined.show(Part("A grey"))
    now[0] = 10 * KEPT_SECONDS
    assert not declined.fades
    assert not await declined.show(Part("A grey gradient."))
