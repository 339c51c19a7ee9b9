"""What an image has to do: each trial raises Failed where it does not, and returns a line about what was seen."""

import asyncio
import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import playground
from bench.image.podman import HARDENED, Failed, Podman
from playground.chat import Chat

QUESTION, TOTAL = "What is the total?", "$12.15"
FOLLOW_UP, DATE = "And the date?", "14/03/2025"
PICTURES = "/eyeglass/lib/python3.11/site-packages/playground/pictures"
RECEIPT = f"{PICTURES}/receipt.jpg"
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b")
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/enter/\S+)")
WAIT, PAUSE, STOPPING = 240.0, 0.5, 90
GOOD = ("settings", "storage", "permissions", "documents", "fonts", "heic", "token", "gpu", "files", "model")
"""What `check` has to find well in an image, and not only to note."""

Values = Mapping[str, str]
"""Variables of the environment."""

NOTHING: Values = MappingProxyType({})


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


def wanted(found: bool, otherwise: str) -> None:
    """Raise Failed unless something was found."""
    if not found:
        raise Failed(otherwise)


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Box:
    """An image's containers with one pair of volumes, hardened as compose.yaml has it."""

    podman: Podman
    image: str
    volume: str

    def options(self, environment: Values) -> list[str]:
        """Return the options of `podman run`."""
        volumes = [f"--volume={self.volume}-{name}:/{name}" for name in ("data", "models")]
        return [*HARDENED, *volumes, *(f"--env={name}={value}" for name, value in environment.items())]

    def once(
        self,
        *command: str,
        entrypoint: str | None = None,
        check: bool = True,
        environment: Values = NOTHING,
    ) -> str:
        """Run a command to its end; returns what it wrote."""
        options = [*self.options(environment), *([f"--entrypoint={entrypoint}"] if entrypoint else [])]
        options += ["--rm", "--no-healthcheck"]
        said = self.podman.run("run", *options, self.image, *command, check=check)
        return said.out if check else said.out + said.error

    @contextmanager
    def started(self, name: str, *command: str, environment: Values = NOTHING) -> Iterator[str]:
        """Have a container run for as long as the block lasts; it may end before."""
        self.podman.run("run", "--detach", f"--name={name}", *self.options(environment), self.image, *command)
        try:
            yield name
        finally:
            self.podman.run("rm", "--force", "--time=0", name)

    def logs(self, name: str) -> str:
        """Return what a container has written so far."""
        said = self.podman.run("logs", name)
        return said.out + said.error

    def is_healthy(self, name: str) -> bool:
        """Run the image's HEALTHCHECK once."""
        return self.podman.run("healthcheck", "run", name, check=False).code == 0

    async def until(self, name: str, pattern: re.Pattern[str]) -> re.Match[str]:
        """Wait until a container writes something."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            if found := pattern.search(await asyncio.to_thread(self.logs, name)):
                return found
            await asyncio.sleep(PAUSE)
        raise Failed(f"{name} never wrote {pattern.pattern}:\n{self.logs(name)}")

    async def until_healthy(self, name: str) -> None:
        """Wait until HEALTHCHECK is green."""
        end = time.monotonic() + WAIT
        while not await asyncio.to_thread(self.is_healthy, name):
            if time.monotonic() > end:
                raise Failed(f"{name} is not healthy:\n{self.logs(name)}")
            await asyncio.sleep(PAUSE)


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


async def bot(box: Box) -> list[str]:
    """The bot, with the page off: check, pairing, a question, SIGTERM, SIGKILL; the volume is kept."""
    seen = []
    async with playground.serve() as telegram:
        environment = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "EYEGLASS_TELEGRAM__BASE_URL": telegram.base_url,
            "EYEGLASS_TELEGRAM__BASE_FILE_URL": telegram.base_file_url,
            "EYEGLASS_WEB__HOST": "127.0.0.1",
            "EYEGLASS_WEB__PORT": str(free_port()),
            "EYEGLASS_MODEL__DETAIL": "high",
        }
        checked = await asyncio.to_thread(box.once, "check", environment=environment)
        wanted(all(f"{name}: ok" in checked for name in GOOD), f"check said {checked}")
        seen.append(f"check: {checked.count(': ok')} lines ok, {checked.count(': note, ')} with a note")
        chat = telegram.person("Ada").private()
        with box.started("bot", environment=environment) as name:
            code = (await box.until(name, CODE)).group()
            await box.until_healthy(name)
            seen.append("HEALTHCHECK green with the page off; the pairing code is in the log")
            await said_to(chat, code)
            receipt = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()
            photo = await chat.send_photo(receipt, QUESTION)
            await chat.answer(photo, lambda reply: TOTAL in reply.text, WAIT)
            seen.append(f"before SIGTERM: {TOTAL}")
            begun = time.monotonic()
            await asyncio.to_thread(box.podman.run, "stop", f"--time={STOPPING}", name)
            state = box.podman.inspect(name)["State"]
            wanted(state["ExitCode"] == 0, f"after SIGTERM it ended with {state['ExitCode']}:\n{box.logs(name)}")
            seen.append(f"SIGTERM: exit code 0 after {time.monotonic() - begun:.0f} s")
        asked = await chat.send(FOLLOW_UP)
        with box.started("bot", environment=environment) as name:
            await chat.answer(asked, lambda reply: DATE in reply.text, WAIT)
            seen.append(f"asked while it was away, answered by the next container: {DATE}")
            asked = await chat.send(QUESTION)
            await asyncio.to_thread(box.podman.run, "kill", "--signal=KILL", name)
        with box.started("bot", environment=environment) as name:
            await chat.answer(asked, lambda reply: TOTAL in reply.text, WAIT)
            seen.append(f"killed while it was asked, answered by the next one: {TOTAL}")
            wanted(not CODE.search(box.logs(name)), "a bot with an owner shows a pairing code")
            await box.until_healthy(name)
            box.podman.run("kill", "--signal=STOP", name)
            wanted(not await asyncio.to_thread(box.is_healthy, name), "a process that is stopped is called healthy")
            box.podman.run("kill", "--signal=CONT", name)
            await box.until_healthy(name)
            seen.append("HEALTHCHECK red while the process is stopped, green after")
    return seen


async def said_to(chat: Chat, code: str) -> None:
    """Send the pairing code, and wait for the bot's word."""
    post = await chat.send(code)
    await chat.answer(post, lambda reply: bool(reply.text), WAIT)


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
