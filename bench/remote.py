"""python -m bench.remote ADDRESS: plays a conversation with any server of OpenAI's protocol, and prints what it did.

A photo, a follow-up, two levels and their numbers of tokens, a client that leaves, more at once than it likes, a text
that is too long: what the bot has to know about a server before it is trusted. MODEL_API_KEY is sent if it is set.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from importlib import resources
from typing import Any

import httpx
from PIL import Image

SIDE = 28
"""Pixels that one visual token sees, in GLM's family."""

SIZES = {"low": (280, 336), "high": (616, 616)}
"""What a picture is resized to for a level, where the server itself has none: whole numbers of tokens."""

QUESTION, FOLLOW_UP = "What is the total?", "And the date?"

RUNNING = re.compile(r"^vllm:num_requests_running(?:\{[^}]*\})? ([0-9.e+]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """What came back: HTTP's status, the text, the error if there was one, the tokens, seconds to text and end."""

    status: int
    text: str = ""
    error: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first: float | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        """One line."""
        if self.error:
            return f"{self.status} {self.error[:200]}"
        first = "-" if self.first is None else f"{self.first:.2f} s"
        tokens = f"{self.prompt_tokens} + {self.completion_tokens} tokens"
        return f"{self.status} {self.text[:80]!r}, {tokens}, first word {first}, whole {self.seconds:.2f} s"


class Server:
    """A server at an address that ends with /v1."""

    def __init__(self, http: httpx.AsyncClient, address: str, model: str) -> None:
        self._http, self._address, self._model = http, address.rstrip("/"), model

    async def events(self, messages: list[Any], **more: Any) -> AsyncGenerator[tuple[int, dict[str, Any]], None]:
        """Yield the events of a stream, each with the status; an error's body is the only one."""
        body = {"model": self._model, "messages": messages, "stream": True, "temperature": 0, "max_tokens": 48}
        body |= {"stream_options": {"include_usage": True}, **more}
        async with self._http.stream("POST", f"{self._address}/chat/completions", json=body) as response:
            if response.status_code != httpx.codes.OK:
                text = (await response.aread()).decode("utf-8", "replace")
                yield response.status_code, {"error": _message(text)}
                return
            async for line in response.aiter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    yield response.status_code, json.loads(line.removeprefix("data: "))

    async def ask(self, messages: list[Any], **more: Any) -> Said:
        """Ask, and read the answer to its end."""
        begin, said, text, first = time.monotonic(), Said(0), "", None
        usage: dict[str, Any] = {}
        async for status, event in self.events(messages, **more):
            if "error" in event:
                return Said(status, error=str(event["error"]))
            said, usage = Said(status), event.get("usage") or usage
            new = "".join(choice["delta"].get("content") or "" for choice in event["choices"])
            text, first = text + new, first or (time.monotonic() - begin if new else None)
        tokens = usage.get("prompt_tokens"), usage.get("completion_tokens")
        return Said(said.status, text.strip(), "", *tokens, first, time.monotonic() - begin)

    async def running(self) -> int | None:
        """Return how many answers it says that it writes; None where it does not say."""
        response = await self._http.get(self._address.removesuffix("/v1") + "/metrics")
        found = RUNNING.search(response.text) if response.status_code == httpx.codes.OK else None
        return None if found is None else int(float(found[1]))


def _message(text: str) -> str:
    try:
        error = json.loads(text)
    except ValueError:
        return text
    inner = error.get("error", error) if isinstance(error, dict) else error
    return str(inner.get("message", inner)) if isinstance(inner, dict) else str(inner)


def picture(size: tuple[int, int] | None = None) -> str:
    """Return the sample receipt as a data URL, resized if a size is given."""
    data = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()
    if size is not None:
        buffer = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGB").resize(size).save(buffer, "PNG")
        data = buffer.getvalue()
    return f"data:image/{'jpeg' if size is None else 'png'};base64,{base64.b64encode(data).decode()}"


def look(text: str, url: str, **more: Any) -> dict[str, Any]:
    """Return a user's turn with a picture."""
    image = {"type": "image_url", "image_url": {"url": url, **more}}
    return {"role": "user", "content": [image, {"type": "text", "text": text}]}


def tell(what: str, said: object) -> None:
    """Print a line of the transcript."""
    print(f"{what:<36} {said}", flush=True)


async def play(server: Server, at_once: int) -> None:
    """Play all of it."""
    photo = look(QUESTION, picture())
    first = await server.ask([photo])
    tell(QUESTION, first)
    answered = {"role": "assistant", "content": first.text}
    tell(FOLLOW_UP, await server.ask([photo, answered, {"role": "user", "content": FOLLOW_UP}]))
    for name, size in SIZES.items():
        tell(f"{name}, by image_url.detail", await server.ask([look(QUESTION, picture(), detail=name)]))
        wanted = size[0] // SIDE * (size[1] // SIDE)
        tell(f"{size[0]}x{size[1]}, {wanted} squares of {SIDE}", await server.ask([look(QUESTION, picture(size))]))
    await leave(server, photo)
    begin = time.monotonic()
    together = await asyncio.gather(*(server.ask([photo], max_tokens=8) for _ in range(at_once)))
    ends = Counter(f"{said.status} {said.error[:80]}".strip() for said in together)
    tell(f"{at_once} at once", f"{dict(ends)} in {time.monotonic() - begin:.2f} s")
    tell("a text that is too long", await server.ask([{"role": "user", "content": "word " * 50_000}]))
    tell("a picture that is none", await server.ask([look(QUESTION, "data:image/png;base64,bm90aGluZw==")]))
    tell("an address instead of a picture", await server.ask([look(QUESTION, "http://127.0.0.1:9/a.png")]))


async def leave(server: Server, photo: dict[str, Any]) -> None:
    """Leave at the first event of a long answer, and see how soon the next one is there."""
    long = [photo, {"role": "assistant", "content": "12"}, {"role": "user", "content": "Tell me all that you see."}]
    async with aclosing(server.events(long, max_tokens=1000)) as events:
        async for _ in events:
            break
        before = await server.running()
    begin = time.monotonic()
    while running := await server.running():
        if time.monotonic() - begin > 30:
            break
        await asyncio.sleep(0.05)
    seen = "not told" if running is None else f"{before} ran, {running} run {time.monotonic() - begin:.2f} s later"
    tell("left at the first event", seen)
    tell("asked right after that", await server.ask([photo], max_tokens=8))


async def main(address: str, model: str, at_once: int) -> None:
    """Ask for the model's name if none is given, and play."""
    key = os.environ.get("MODEL_API_KEY", "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(headers=headers, timeout=300) as http:
        models = (await http.get(f"{address.rstrip('/')}/models")).json()["data"]
        tell("models", [{name: each.get(name) for name in ("id", "max_model_len")} for each in models])
        await play(Server(http, address, model or models[0]["id"]), at_once)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.remote", description=__doc__)
    parser.add_argument("address", help="such as http://127.0.0.1:8000/v1")
    parser.add_argument("--model", default="", help="the first that it lists, where none is named")
    parser.add_argument("--at-once", type=int, default=12)
    asked = parser.parse_args()
    asyncio.run(main(asked.address, asked.model, asked.at_once))
