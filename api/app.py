"""The API as an application: its routes, behind its door."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from api.access import Door, Keys
from api.chat import ChatCompletions
from api.models import models_routes
from api.refusals import Refused, retry_after, why_not
from api.services import Defaults, Services
from model_service import Health, ModelService


def api_app(model: ModelService, defaults: Defaults, keys: Keys, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """Return the application, with some more `routes`; where there are keys, none of these begins with /v1/."""
    services = Services(model, defaults)

    async def health(request: Request) -> Response:
        if model.health is Health.READY:
            return Response()
        return JSONResponse({"why": why_not(model)}, HTTPStatus.SERVICE_UNAVAILABLE, retry_after())

    app = Starlette(
        routes=[
            Route("/v1/chat/completions", ChatCompletions(services), methods=["POST"]),
            *models_routes(services),
            Route("/health", health),
            *routes,
        ],
        exception_handlers={HTTPException: _on_error, Refused: _on_refused},
    )
    return Door(app, keys)


async def _on_error(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    return Refused(status, f"{request.method} {request.url.path}: {status.phrase}.", status.name.casefold()).response()


async def _on_refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return error.response()
    raise error
