"""Why a request is refused: a status, and one sentence in the person's language."""

import logging
import sqlite3
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.pictures.refusals import USER_ERRORS, FetchFailed, refusal
from assistant.storage import is_full, is_passing_outage
from assistant.texts import PageLabel, PageSentence, Sentence, Texts
from model_service import CheckpointError, Draining, EngineDead, UnknownDetail
from web.guard import CLOSE, SAFE, TooLarge, TooMany
from web.language import texts_for

UNREAD = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""The refusals of requests whose body may not have been read."""

_log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is refused with a sentence."""

    def __init__(self, status: HTTPStatus, sentence: PageSentence | Sentence) -> None:
        super().__init__(sentence.name)
        self.status = status
        self.sentence = sentence


NOT_HERE = Refused(HTTPStatus.NOT_FOUND, PageSentence.NOT_HERE)
NOT_UNDERSTOOD = Refused(HTTPStatus.BAD_REQUEST, PageSentence.NOT_UNDERSTOOD)


async def on_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a request that failed; log what its sentence does not tell."""
    status, said = _judged(texts_for(request), error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return JSONResponse({"said": said}, status, CLOSE if request.method not in SAFE and status in UNREAD else None)


def _judged(texts: Texts, error: Exception) -> tuple[int, str]:
    """Return the status for an error, and what is said."""
    say = texts.say
    if isinstance(error, Refused):
        return error.status, say(error.sentence)
    if isinstance(error, TooLarge):
        most = max(1, error.most // 2**20)
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, say(PageSentence.TOO_LARGE, most=most)
    if isinstance(error, TooMany):
        return HTTPStatus.TOO_MANY_REQUESTS, say(PageSentence.TOO_MANY)
    if isinstance(error, FetchFailed):
        return HTTPStatus.GONE, say(Sentence.PICTURE_GONE)
    if isinstance(error, USER_ERRORS):
        return HTTPStatus.UNPROCESSABLE_ENTITY, refusal(texts, error)
    return _of_the_machine(texts, error)


def _of_the_machine(texts: Texts, error: Exception) -> tuple[int, str]:
    say = texts.say
    if isinstance(error, HTTPException):
        known = error.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        return error.status_code, say(PageSentence.NOT_HERE if known else PageSentence.NOT_UNDERSTOOD)
    if isinstance(error, UnknownDetail | ValueError | OverflowError):  # The last: a number that SQLite cannot hold.
        return HTTPStatus.BAD_REQUEST, say(PageSentence.NOT_UNDERSTOOD)
    if isinstance(error, CheckpointError | EngineDead | Draining):
        return HTTPStatus.SERVICE_UNAVAILABLE, say(PageSentence.MODEL_AWAY)
    if is_full(error):
        return HTTPStatus.INSUFFICIENT_STORAGE, say(PageSentence.STORAGE_FULL)
    if isinstance(error, sqlite3.Error | OSError) and is_passing_outage(error):
        return HTTPStatus.SERVICE_UNAVAILABLE, say(PageSentence.STORAGE_AWAY)
    return HTTPStatus.INTERNAL_SERVER_ERROR, say(PageLabel.WENT_WRONG)
