"""The command `eyeglass serve`, as a process of its own."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import openai

from assistant.settings.settings import API_KEY
from tests.api.conftest import KEY

PATIENCE = 90.0
"""Seconds for the pocket model to load where the machine is busy."""


async def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """It says where; the official client finds the model there; its key is in no line that it writes."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("EYEGLASS_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "serve", "--port", "0"),
        cwd=tmp_path,
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2]), "EYEGLASS_MODEL__NAME": "pocket", API_KEY: KEY},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while "is ready" not in said and (line := await process.stderr.readline()):
                said += line.decode()
        url = re.findall(r"http://127\.0\.0\.1:\d+/v1", said)[0]
        async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0) as client:
            assert [model.id async for model in client.models.list()] == ["pocket"]
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            out, rest = await process.communicate()
    except BaseException:
        process.kill()
        raise
    assert process.returncode == 0
    assert KEY not in said + out.decode() + rest.decode()
