"""python -m bench.model_server PORT: a model's server that takes a fixed time for each answer, as many as there are.

The first line on stdout tells its address; it lasts until it is ended.
"""

import asyncio
import base64
import io
import json
import os
import sys
from collections.abc import AsyncIterator

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bench.crowd import ELSEWHERE
from web.server import serving

PIECES = ("It ", "is a ", "page ", "with ", "print.")
ANSWER_SECONDS = 1.0
"""Seconds for an answer: sixteen at once are as quick as one in 0.06 s."""


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": "fixed", "max_model_len": 32768}]})


async def _answer(request: Request) -> Response:
    body = await request.json()
    asked = body["messages"][0]["content"]
    pictures = [part["image_url"]["url"] for part in asked if part["type"] == "image_url"]
    tokens = sum([await asyncio.to_thread(_visual_tokens, url) for url in pictures])
    return StreamingResponse(_events(tokens), media_type="text/event-stream")


def _visual_tokens(url: str) -> int:
    """Count as a model does whose token sees 28 pixels."""
    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as image:
        return (image.width // 28) * (image.height // 28)


async def _events(tokens: int) -> AsyncIterator[str]:
    for piece in PIECES:
        await asyncio.sleep(ANSWER_SECONDS / len(PIECES))
        yield _event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
    usage = {"prompt_tokens": tokens + 10, "completion_tokens": len(PIECES)}
    yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage})
    yield "data: [DONE]\n\n"


def _event(said: object) -> str:
    return f"data: {json.dumps(said)}\n\n"


async def main(port: int) -> None:
    """Serve until the process is ended."""
    routes = [Route("/v1/models", _models), Route("/v1/chat/completions", _answer, methods=["POST"])]
    async with serving(Starlette(routes=routes), "127.0.0.1", port) as listening:
        print(f"{listening.url}/v1", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    os.nice(ELSEWHERE)
    asyncio.run(main(int(sys.argv[1])))
