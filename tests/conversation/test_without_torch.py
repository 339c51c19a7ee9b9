"""With a model on a server nothing of torch is needed; without one, a sentence says what is missing."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own."""
    return subprocess.run([sys.executable, *command], check=False, capture_output=True, text=True, timeout=90, cwd=ROOT)  # noqa: S603


def test_the_bot_runs_where_torch_is_not_installed() -> None:
    """Photo, question, answer; with the page beside it."""
    done = run("-m", "tests.conversation.without_torch")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["answer"].startswith("A grey gradient.")


def test_nothing_imports_torch_though_it_is_there() -> None:
    """Opening the service of a server, and all that a bot imports."""
    code = (
        "import sys, bot.app, cli.run, cli.ask, cli.check, web.app, model_service as m\n"
        "m.open_service(m.ModelConfig(remote=m.RemoteConfig('http://127.0.0.1:9/v1')))\n"
        "print([name for name in ('torch', 'transformers', 'bitsandbytes', 'accelerate') if name in sys.modules])"
    )
    done = run("-c", code)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_a_model_on_this_machine_wants_more_packages() -> None:
    """One sentence, with the command that installs them."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import asyncio, model_service as m\n"
        "async def load():\n"
        "    async with m.open_service(m.ModelConfig(name='pocket')) as service:\n"
        "        await service.ready()\n"
        "try:\n"
        "    asyncio.run(load())\n"
        "except m.CheckpointError as error:\n"
        "    print(error)"
    )
    done = run("-c", code)
    assert "pip install 'eyeglass[local]'" in done.stdout, done.stderr
