"""What the routes of the page share: who asks, within which bounds, and the conversation that is meant."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.storage import Conversation, Picture
from assistant.texts import PageSentence
from web.answers import Answers
from web.entrance import Entrance
from web.guard import Bound
from web.refusals import NOT_HERE, Refused, on_error
from web.services import PageServices

Handler = Callable[[Request, int], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Desk:
    """The page's services, and the answers that are being written."""

    def __init__(self, services: PageServices, entrance: Entrance) -> None:
        self.services = services
        self.entrance = entrance
        self.answers = Answers(services)
        self.readers = Bound()
        self._bound = Bound()

    def for_person(self, handler: Handler) -> Endpoint:
        """Return the endpoint that lets a handler answer those who may ask, and tells others how to get in."""

        async def endpoint(request: Request) -> Response:
            try:
                person = await self.entrance.person(request)
                if person is None:
                    raise Refused(HTTPStatus.UNAUTHORIZED, PageSentence.CLOSED)
                with self._bound.one_of(person):
                    return await handler(request, person)
            except Exception as error:  # whatever it is, the page says it in a sentence
                return await on_error(request, error)

        return endpoint

    def routes(self, table: Sequence[tuple[str, str, Handler]]) -> list[Route]:
        """Return the routes of a table: method, path, and who answers those who may ask."""
        return [Route(path, self.for_person(handler), methods=[method]) for method, path, handler in table]

    async def conversation(self, request: Request, person: int) -> Conversation:
        """Return the person's conversation that a path names.

        Raises:
            Refused: there is none, or it is another's.
        """
        found = await self.services.conversations.get(request.path_params["id"], person)
        if found is None:
            raise NOT_HERE
        return found

    async def picture(self, request: Request, person: int) -> Picture:
        """Return the person's picture that a path names.

        Raises:
            Refused: there is none, or it is another's.
        """
        found = await self.services.pictures.get(request.path_params["picture"])
        if found is None or await self.services.conversations.of_chat(found.chat, person) is None:
            raise NOT_HERE
        return found
