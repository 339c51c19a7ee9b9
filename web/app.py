"""The page as an application: its files, its entrance, its routes, behind its guard."""

from collections.abc import Sequence
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from assistant.texts import PageSentence
from web.conversations import conversation_routes, delete_rest
from web.desk import Desk
from web.guard import Guard
from web.language import language_for, texts_for
from web.pictures import picture_routes
from web.refusals import on_error
from web.state import state_routes

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""The kinds of the files that anybody may read, by their suffixes."""

_FOLDER = resources.files("web") / "page"


def page_app(desk: Desk, url: str = "") -> ASGIApp:
    """Return the page; `url` is its address for others, if it has one."""
    doors = _Doors(desk)
    routes = [
        Route("/", doors.page),
        Route("/enter/{token}", doors.enter),
        *_file_routes(),
        *state_routes(desk),
        *conversation_routes(desk),
        *picture_routes(desk),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: on_error})
    host = urlsplit(url).hostname
    return Guard(app, [host] if host else [])


def whole_app(routes: Sequence[BaseRoute], page: ASGIApp | None = None) -> ASGIApp:
    """Return an application of routes that programs ask for, and the page behind them."""
    return Starlette(routes=[*routes, *([Mount("/", page)] if page is not None else [])])


async def finish_deletions(desk: Desk) -> None:
    """Delete what is left of conversations whose deletion a killed process did not end."""
    for conversation in await desk.services.conversations.half_deleted():
        await delete_rest(desk, conversation)


class _Doors:
    """The page, and the way to it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, request: Request) -> Response:
        """Return the page, or a word on how to get in."""
        if await self._desk.entrance.person(request) is None:
            return _closed(request, PageSentence.CLOSED)
        return HTMLResponse((_FOLDER / "page.html").read_text("utf-8"))

    async def enter(self, request: Request) -> Response:
        """Let in who comes by a link."""
        person = self._desk.entrance.person_behind(request.path_params["token"], request)
        if person is None:
            return _closed(request, PageSentence.LINK_USED_UP)
        response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        self._desk.entrance.let_in(person, request, response)
        return response


def _file_routes() -> list[Route]:
    """Return the routes of the page's files."""

    def route(name: str) -> Route:
        async def send(request: Request) -> Response:
            kind = KINDS[Path(name).suffix]
            return Response((_FOLDER / name).read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})

        return Route(f"/{name}", send, middleware=[Middleware(GZipMiddleware)])

    return [route(file.name) for file in _FOLDER.iterdir() if Path(file.name).suffix in KINDS]


def _closed(request: Request, sentence: PageSentence) -> Response:
    text = (_FOLDER / "closed.html").read_text("utf-8")
    said = text.replace("{language}", language_for(request)).replace("{said}", texts_for(request).say(sentence))
    return HTMLResponse(said, HTTPStatus.UNAUTHORIZED)
