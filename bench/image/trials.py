"""What an image has to do: each trial raises Failed where it does not, and returns a line about what was seen."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request

from bench.image.box import NOTHING, PAUSE, WAIT, Box, Values, free_port, wanted
from bench.image.podman import Failed

QUESTION, TOTAL = "What is the total?", "$12.15"
FOLLOW_UP, DATE = "And the date?", "14/03/2025"
PICTURES = "/eyeglass/lib/python3.11/site-packages/playground/pictures"
RECEIPT = f"{PICTURES}/receipt.jpg"
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/enter/\S+)")

OF_PODMAN = {"/data", "/models", "/etc", "/run", "/proc", "/sys", "/dev"}
"""Folders that Podman itself mounts something in."""

RIGHTS = """
import os, pathlib

def writes(folder):
    try:
        file = pathlib.Path(folder, "tried")
        file.touch()
        file.unlink()
    except OSError:
        return False
    return True

(rights,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")]
places = ("/", "/tmp", "/var/tmp", "/app", "/eyeglass", "/data", "/models")
print(os.getuid(), int(rights, 16), [place for place in places if writes(place)])
"""

NEITHER = """
import json
from importlib.util import find_spec
from assistant.texts import LANGUAGES, Sentence, texts_in

there = [name for name in ("torch", "triton", "transformers", "bitsandbytes") if find_spec(name)]
said = {texts_in(language).say(next(iter(Sentence))) for language in LANGUAGES}
print(json.dumps([there, len(said) == len(LANGUAGES)]))
"""


async def code_in(box: Box, name: str) -> str:
    """Wait for a pairing code in what a container writes, and return it."""
    return (await box.until(name, CODE)).group()


def rights(box: Box) -> str:
    """It runs as uid 1000, has no rights, and can write nowhere but in its volumes."""
    seen = box.once("-c", RIGHTS, entrypoint="python3").strip()
    wanted(seen == "1000 0 ['/data', '/models']", f"uid, capabilities, writable folders: {seen}")
    return "uid 1000, no capability, writes to /data and /models alone"


def ask(box: Box, environment: Values = NOTHING) -> str:
    """`ask` answers about a picture."""
    begun = time.monotonic()
    said = box.once("ask", RECEIPT, QUESTION, "--detail", "high", environment=environment).strip()
    wanted(TOTAL in said, f"ask said {said}")
    return f"ask: {said}, {time.monotonic() - begun:.0f} s with the start"


def demo(box: Box) -> str:
    """`demo` plays to its end."""
    begun = time.monotonic()
    said = box.once("demo")
    wanted("✓" in said and "✗" not in said, f"the demo said {said}")
    return f"demo: {said.count('✓')} answers right, {time.monotonic() - begun:.0f} s"


def nothing_outside(box: Box) -> str:
    """With a root that can be written nothing is written there either."""
    name = "writable"
    box.podman.run("run", f"--name={name}", "--network=none", box.image, "ask", RECEIPT, QUESTION)
    changed = box.podman.run("diff", name).out.splitlines()
    box.podman.run("rm", "--volumes", name)
    left = [line for line in changed if line[2:] not in OF_PODMAN]
    wanted(not left, f"written outside the volumes: {left}")
    return "with a root that can be written nothing is written to it"


async def page(box: Box) -> str:
    """The page through a port that is published on loopback, as compose.yaml does; the link of the log lets in."""
    port, name = free_port(), "page"
    options = [option for option in box.options({"EYEGLASS_WEB__PORT": str(port)}) if option != "--network=host"]
    published = f"--publish=127.0.0.1:{port}:{port}"
    box.podman.run("run", "--detach", f"--name={name}", published, *options, box.image, "web")
    try:
        link = await box.until(name, LINK)
        wanted(int(link[1]) == port, f"the link names the port {link[1]}, not {port}")
        await box.until_healthy(name)
        statuses = [await asyncio.to_thread(status, f"http://127.0.0.1:{port}{path}") for path in ("/", link[2])]
        wanted(statuses == [401, 200], f"without and with the link: {statuses}")
    finally:
        box.podman.run("rm", "--force", "--time=0", name)
    return "the page answers at the published port: 401 without the link, 200 with it"


def status(url: str) -> int:
    """Return the status of a page, after its redirections, cookies kept."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    try:
        with opener.open(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


async def remote(box: Box, local: Box) -> list[str]:
    """The image without torch asks `eyeglass serve` of the one with it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    there = json.loads(await asyncio.to_thread(box.once, "-c", NEITHER, entrypoint="python3"))
    wanted(there == [[], True], f"torch and the like, and whether every language has its sentences: {there}")
    wanted("Usage" in await asyncio.to_thread(box.once, "--help"), "there is no help")
    with local.started("serve", "serve", "--port", str(port)) as name:
        end = time.monotonic() + WAIT
        while await asyncio.to_thread(_is_away, f"{address}/health"):
            if time.monotonic() > end:
                raise Failed(f"eyeglass serve is not ready:\n{local.logs(name)}")
            await asyncio.sleep(PAUSE)
        told = await asyncio.to_thread(ask, box, {"EYEGLASS_MODEL__NAME": f"{address}/v1"})
    missing = await asyncio.to_thread(box.once, "ask", RECEIPT, QUESTION, check=False)
    wanted("model.name" in missing, f"without an address it says {missing}")
    return ["no torch, all languages", told, "without an address it says what to set"]


def _is_away(url: str) -> bool:
    try:
        return status(url) != 200
    except OSError:
        return True
