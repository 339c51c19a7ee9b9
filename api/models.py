"""GET /v1/models: the one model, how long a conversation it takes, and the levels of its dial."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.refusals import Refused, require_ready
from api.services import Services
from model_service import LEVEL_TOKENS, EngineInfo


def models_routes(services: Services) -> list[Route]:
    """Return the routes of the list, and of each of its models.

    Raises:
        Refused: the model cannot answer now; there is none of that name.
    """

    async def models(request: Request) -> Response:
        model = _described(require_ready(services.model), services.created)
        return JSONResponse({"object": "list", "data": [model]})

    async def model(request: Request) -> Response:
        info, name = require_ready(services.model), request.path_params["name"]
        if name != info.model:
            raise Refused(HTTPStatus.NOT_FOUND, f"The model `{name[:200]}` does not exist.", "model_not_found", "model")
        return JSONResponse(_described(info, services.created))

    return [Route("/v1/models", models), Route("/v1/models/{name:path}", model)]


def _described(info: EngineInfo, created: int) -> dict[str, Any]:
    """Return the facts: `levels` are visual tokens, at most, by what `image_url.detail` may be.

    `sureness` says how its probabilities are to be taken, as in `Sureness`; null where it tells none.
    """
    most = min(info.max_visual_tokens, info.dial.max_tokens)
    return {
        "id": info.model,
        "object": "model",
        "created": created,
        "owned_by": "eyeglass",
        "max_model_len": info.context_tokens,
        "levels": {level.value: min(tokens, most) for level, tokens in LEVEL_TOKENS.items()},
        "max_visual_tokens": most,
        "pictures_per_request": info.pictures_per_request,
        "sureness": info.sureness and asdict(info.sureness),
    }
