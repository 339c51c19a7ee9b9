"""Whether the program is well, for whoever watches over it."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from model_service import Health, ModelService

WELL = {Health.LOADING, Health.READY, Health.DRAINING}


def health_route(model: ModelService) -> Route:
    """Return GET /health: the state of the model, with 200 if it is well or will be, else 503."""

    async def health(_: Request) -> Response:
        status = HTTPStatus.OK if model.health in WELL else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"model": str(model.health)}, status)

    return Route("/health", health)
