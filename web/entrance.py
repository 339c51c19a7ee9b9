"""Who is let in: by a link that the terminal prints or the bot sends, and from then on by a signed cookie."""

import os
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from web.local import names_this_machine

LOCAL = 0
"""The person who uses this machine; nobody on Telegram has this id."""

COOKIE = "eyeglass"
KEY_FILE = "web.key"
KEY_BYTES = 32

LINK_SECONDS = 600
"""The seconds for which a link that the bot sent lets its person in, once."""

COOKIE_SECONDS = 30 * 86_400

IsWelcome = Callable[[int], Awaitable[bool]]


def read_key(folder: Path) -> bytes:
    """Return the key that signs links and cookies, made once; without its file everybody has to enter again.

    Raises:
        OSError: it cannot be read or written.
    """
    path = folder / KEY_FILE
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        if len(key := path.read_bytes()) == KEY_BYTES:
            return key
        path.unlink()  # A torn one.
        return read_key(folder)
    return path.read_bytes()


class Entrance:
    """Lets people in. `url` is the page's address for others, empty if there is none.

    `is_welcome` tells, at each request, whether a person may still use the bot.
    """

    def __init__(self, key: bytes, is_welcome: IsWelcome, url: str = "") -> None:
        self._cookies = URLSafeTimedSerializer(key, salt="cookie")
        self._links = URLSafeTimedSerializer(key, salt="link")
        self._is_welcome = is_welcome
        self._url = url
        self._local_token = secrets.token_urlsafe(24)
        self._used: dict[str, float] = {}

    @property
    def local_path(self) -> str:
        """The path that lets in whoever uses this machine, for as long as this process runs."""
        return f"/enter/{self._local_token}"

    def link_for(self, person: int) -> str | None:
        """Return a link that lets a person in once, within LINK_SECONDS; None if the page has no address for others."""
        token = self._links.dumps([person, secrets.token_urlsafe(12)])
        return f"{self._url}/enter/{token}" if self._url else None

    def person_behind(self, token: str, request: Request) -> int | None:
        """Return who enters with a link's token; None if it is none, too old, or used up."""
        if secrets.compare_digest(token.encode(), self._local_token.encode()):
            return LOCAL if names_this_machine(request) else None
        try:
            person, nonce = self._links.loads(token, max_age=LINK_SECONDS)
        except (BadData, TypeError, ValueError):
            return None
        now = time.monotonic()
        self._used = {used: moment for used, moment in self._used.items() if now - moment <= LINK_SECONDS}
        if nonce in self._used:
            return None
        self._used[nonce] = now
        return int(person)

    def let_in(self, person: int, request: Request, response: Response) -> None:
        """Give a person's browser the cookie by which it is known from now on."""
        response.set_cookie(
            COOKIE,
            self._cookies.dumps(person),
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self._url.startswith("https://") and not names_this_machine(request),
        )

    async def person(self, request: Request) -> int | None:
        """Return who sends a request; None: nobody who may, so nothing is told."""
        try:
            person = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=COOKIE_SECONDS)
        except BadData:
            return None
        if person == LOCAL:
            return LOCAL if names_this_machine(request) else None
        return person if isinstance(person, int) and await self._is_welcome(person) else None
