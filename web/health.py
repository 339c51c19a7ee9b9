"""`/health`: whether questions are taken and answered now, and if not, why.

Live: the event loop turns, and the engine is not dead; what is not live is helped by a restart alone. Ready: a question
that is asked now is answered as soon as it is its turn. So the model is loaded, the storage takes what is written, and
where the bot runs, Telegram gives it updates.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.storage import is_full
from model_service import Health, ModelService, Trouble
from web.local import is_local

SILENCE = 60.0
"""The seconds for which Telegram may give no updates: shorter outages pass by themselves."""

NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Checks:
    """What health is read from, each without waiting.

    `outage` is the error of the storage's last write, if it failed (`Database.outage`). `silence` is for how many
    seconds Telegram has given no updates; None: it gives them, or no bot runs (`TelegramFaults.silence`).
    """

    model: ModelService
    outage: Callable[[], sqlite3.Error | None] = lambda: None
    silence: Callable[[], float | None] = lambda: None

    @property
    def is_live(self) -> bool:
        """Whether it may become ready without a restart."""
        return self.model.health is not Health.DEAD

    def why_not(self) -> str | None:
        """Return, in one sentence, why it is not ready; None: it is."""
        return self._of_model() or self._of_storage() or self._of_telegram()

    def _of_model(self) -> str | None:
        server = self.model.server
        if server is not None and server.trouble is not None and self.model.health in {Health.LOADING, Health.READY}:
            return {
                Trouble.AWAY: "The model's server does not answer; it is asked again and again.",
                Trouble.KEY: "The model's server does not take the key.",
                Trouble.MODEL: "The model's server does not have the model.",
            }[server.trouble]
        if self.model.health is Health.LOADING:
            return f"The model is loading: {int(100 * self.model.load_progress)} %."
        return {
            Health.DEAD: "The model's engine is dead: restart the process.",
            Health.DRAINING: "The process is about to end: it takes no more questions.",
            Health.CLOSED: "The model is not started, or is closed.",
        }.get(self.model.health)

    def _of_storage(self) -> str | None:
        error = self.outage()
        if error is None:
            return None
        return "The storage is full." if is_full(error) else "The storage takes nothing: see the log."

    def _of_telegram(self) -> str | None:
        seconds = self.silence()
        if seconds is None or seconds < SILENCE:
            return None
        return f"Telegram has given no updates for {seconds:.0f} seconds."


def health_routes(checks: Checks) -> list[Route]:
    """Return `/health` and `/health/live`, for a container's health check: 200 if it is so, else 503.

    Details are told to this machine alone, see `is_local`.
    """

    async def health(request: Request) -> JSONResponse:
        why = checks.why_not()
        said: dict[str, object] = {"ready": why is None}
        if is_local(request):
            said |= {"live": checks.is_live, "model": checks.model.health.value, "why": why}
        return _answer(said, well=why is None)

    async def live(request: Request) -> JSONResponse:
        return _answer({"live": checks.is_live}, well=checks.is_live)

    return [Route("/health", health), Route("/health/live", live)]


def _answer(said: dict[str, object], *, well: bool) -> JSONResponse:
    return JSONResponse(said, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, NOT_KEPT)
