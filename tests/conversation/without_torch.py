"""python -m tests.conversation.without_torch: a bot whose model runs on a server, where torch is not installed.

It prints, as JSON, its answer to a picture, and the seconds that it took from the program's first line until it
listened, the two servers' imports among them, by the clock and of the processor.
"""

import sys
import time

BEGUN = time.monotonic()
LOCAL = ("torch", "transformers", "bitsandbytes", "accelerate", "triton", "tiktoken", "huggingface_hub", "tokenizers")
for name in LOCAL:
    sys.modules[name] = None  # type: ignore[assignment]

import asyncio  # noqa: E402
import json  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

from pydantic import SecretStr  # noqa: E402

from assistant.settings.settings import Settings  # noqa: E402
from cli.run import open_all  # noqa: E402
from model_service import open_service  # noqa: E402


async def converse(folder: Path) -> dict[str, object]:
    """Ask about one picture."""
    import playground
    from tests.bot.samples import picture
    from tests.model_service.remote.fake_server import FakeServer

    imported = time.monotonic()
    async with playground.serve() as server, FakeServer().open() as model_server:
        values = {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "model": {"name": model_server.address},
            "web": {"enabled": True, "port": 0},
            "reply": {"footer": "everything"},
        }
        served = time.monotonic() - imported
        settings = Settings.model_validate(values)
        model = open_service(settings.model.config())
        async with open_all(settings, SecretStr(server.token), model):
            seconds, cpu = time.monotonic() - BEGUN - served, time.process_time()
            chat = server.person("Ada").private()
            post = await chat.send_photo(picture(), "What is it?")
            answer = await chat.answer(post, lambda reply: "read at" in reply.text)
            return {"answer": answer.text, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(asyncio.run(converse(Path(temporary)))))
