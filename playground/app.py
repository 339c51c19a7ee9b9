"""The HTTP side: validate a request, run its method, record request and answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from playground import asking, editing, hooking, reactions, sending
from playground.check import Description, Violation
from playground.faults import Fault, Faults
from playground.state import World
from playground.wire import JSON, Refused, Upload, bad_request, parse

METHODS = asking.METHODS | hooking.METHODS | sending.METHODS | editing.METHODS | reactions.METHODS
DOWNLOAD, DELIVERY = "download", "delivery"
FOREVER = 3600.0


@dataclass(slots=True)
class Call:
    """One recorded request: its parameters as values, and its refusal (None for success)."""

    method: str
    params: JSON
    refusal: Refused | None = None


class Api:
    """The Bot API over one world, for one token. `violations` lists requests that no bot should send."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.token = token
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.listeners: list[Callable[[Call], object]] = []
        self.faults = Faults()
        self.description = Description.load()
        every = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self.call, methods=every),
                Route("/file/bot{token}/{path:path}", self.download),
            ],
            exception_handlers={ClientDisconnect: lambda *_: Response()},  # Nobody reads it.
        )

    async def call(self, http: HttpRequest) -> Response:
        """Handle one method call."""
        if http.path_params["token"] != self.token:
            return refused(Refused(401, "Unauthorized"))
        asked = http.path_params["method"]
        method = self.description.method(asked)
        if method is None:
            self.violations.append(f"there is no method {asked}")
            return refused(Refused(404, "Not Found: method not found"))
        call = Call(method, {})
        self.calls.append(call)
        try:
            params, uploads = parse(await http.body(), http.headers.get("content-type", ""), http.url.query)
            call.params = params
            call.params = self.checked(method, params, uploads)
            result = await self.faulty(call)
        except Refused as refusal:
            call.refusal = refusal
            return refused(refusal)
        finally:
            self.world.pulse.beat()
        return JSONResponse({"ok": True, "result": result})

    def checked(self, method: str, params: JSON, uploads: dict[str, Upload]) -> JSON:
        """Return the parameters as values. Raises Refused, and records why, if the description forbids them."""
        try:
            values = self.description.read(method, params, uploads)
        except Violation as violation:
            self.violations += [f"{method}: {problem}" for problem in violation.problems]
            raise bad_request(str(violation)) from None
        if method not in METHODS:
            self.violations.append(f"{method}: the playground does not play it")
            raise bad_request(f"the playground does not play {method}")
        return values

    async def faulty(self, call: Call) -> Any:
        """Run a method with its planned fault and delay."""
        fault = self.faults.take(call.method, call.params.get("chat_id"))
        await self.pause(self.faults.seconds.get(call.method, 0))
        if fault is not None and not fault.delivered:
            await self.fail(fault)
        result = await self.play(call)
        self.heard(call)
        if fault is not None:
            await self.fail(fault)
        return result

    def heard(self, call: Call) -> None:
        """Call every listener."""
        for listener in self.listeners:
            listener(call)

    async def play(self, call: Call) -> Any:
        """Return a method's result, checked too (but for updates, where a test may put anything)."""
        if call.method == DOWNLOAD:
            stored = self.world.files.at(call.params["path"])
            if stored is None:
                raise Refused(404, "Not Found")
            return stored.data
        method = METHODS[call.method]
        result = await method.play(self.world, call.params)
        if call.method != "getUpdates" and (wrong := self.description.problems(method.returns, result, call.method)):
            self.violations += [f"the playground's own answer: {problem}" for problem in wrong]
        return result

    async def fail(self, fault: Fault) -> None:
        """Refuse, or keep the client waiting until it gives up or the server closes."""
        if fault.refusal is None:
            await self.pause(FOREVER)
        raise fault.refusal or Refused(504, "Gateway Timeout")

    async def pause(self, seconds: float) -> None:
        """Wait, but at most until the server closes."""
        if seconds > 0:
            try:
                await self.world.pulse.until(lambda: self.world.updates.closed, seconds, lambda: "pause")
            except TimeoutError:
                return

    async def download(self, http: HttpRequest) -> Response:
        """Send a file's bytes."""
        if http.path_params["token"] != self.token:
            return refused(Refused(401, "Unauthorized"))
        call = Call(DOWNLOAD, {"path": http.path_params["path"]})
        self.calls.append(call)
        try:
            return Response(await self.faulty(call), media_type="application/octet-stream")
        except Refused as refusal:
            call.refusal = refusal
            return refused(refusal)
        finally:
            self.world.pulse.beat()


def refused(refusal: Refused) -> Response:
    """Return a refusal as HTTP."""
    if refusal.html:
        return HTMLResponse(f"<html><h1>{refusal.status} {refusal.description}</h1></html>", refusal.status)
    return JSONResponse(refusal.body(), refusal.status)
