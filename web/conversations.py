"""Routes of conversations: begin, list, delete; ask, stop, ask again; and the news of answers."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.markdown.spreadsheet import as_csv, rows_of
from assistant.storage import Conversation, Entry, Picture
from assistant.texts import Texts
from assistant.wording.question import as_typed
from model_service import MAX_TOKENS, MIN_TOKENS
from web.answers import Answer, interrupted
from web.asking import Sent, pictures_of, question_of, read_sent
from web.desk import Desk
from web.guard import body_of
from web.language import texts_for
from web.news import Event
from web.refusals import NOT_HERE, NOT_UNDERSTOOD

M = TypeVar("M", bound=BaseModel)

MOST_JSON_BYTES = 64 * 1024
TITLE = 60
"""The most characters of a conversation's title."""

IDLE_SECONDS = 15.0
"""The seconds without news after which a sign of life is sent: proxies close connections without any."""


class _Again(BaseModel):
    """The same question once more: at so many tokens, in other words, or thought over, as what was so already is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tokens: int | None = Field(default=None, ge=MIN_TOKENS, le=MAX_TOKENS)
    reworded: bool = False
    thinking: bool = False


class _Current(BaseModel):
    """The pictures that the next question is about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pictures: tuple[int, ...] = Field(max_length=64)


def conversation_routes(desk: Desk) -> list[Route]:
    """Return the routes of conversations."""
    api = _Conversations(desk)
    one, asked = "/api/conversations/{id:int}", "/api/conversations/{id:int}/questions/{number:int}"
    table = [
        ("POST", "/api/conversations", api.begin),
        ("GET", one, api.show),
        ("DELETE", one, api.delete),
        ("PUT", f"{one}/current", api.choose),
        ("GET", f"{one}/events", api.follow),
        ("POST", f"{one}/questions", api.ask),
        ("POST", f"{asked}/again", api.ask_again),
        ("POST", f"{asked}/stop", api.stop),
        ("GET", f"{asked}/tables/{{table:int}}", api.table),
    ]
    return desk.routes(table)


class _Conversations:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._services = desk.services

    async def begin(self, request: Request, person: int) -> Response:
        """Begin a conversation."""
        return JSONResponse({"id": (await self._services.conversations.begin(person)).id}, HTTPStatus.CREATED)

    async def show(self, request: Request, person: int) -> Response:
        """Return all of a conversation."""
        conversation = await self._desk.conversation(request, person)
        items = [
            await self._item(conversation, entry, texts_for(request)) for entry in await self._entries(conversation)
        ]
        current = (await self._services.pictures.current(conversation.chat)).pictures
        shown = {
            "id": conversation.id,
            "title": conversation.title,
            "items": [item for item in items if item is not None],
            "current": [picture.id for picture in current],
        }
        return JSONResponse(shown)

    async def delete(self, request: Request, person: int) -> Response:
        """Delete a conversation for good, with its pictures."""
        conversation = await self._desk.conversation(request, person)
        await self._services.conversations.delete(conversation.id)
        await self._desk.answers.stop_all(conversation)
        await delete_rest(self._desk, conversation)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def choose(self, request: Request, person: int) -> Response:
        """Set the pictures that the next question is about."""
        conversation = await self._desk.conversation(request, person)
        wanted = _parsed(_Current, await body_of(request, MOST_JSON_BYTES))
        pictures = await pictures_of(self._services, conversation, wanted.pictures)
        await self._services.pictures.look_at(pictures, conversation.chat, person=person)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def ask(self, request: Request, person: int) -> Response:
        """Ask a question, and begin to answer it."""
        conversation = await self._desk.conversation(request, person)
        return await self._ask(conversation, read_sent(await body_of(request, MOST_JSON_BYTES)), texts_for(request))

    async def ask_again(self, request: Request, person: int) -> Response:
        """Ask the same once more: where it was answered as a new question, else in its place."""
        conversation = await self._desk.conversation(request, person)
        entry = await self._asked(request, conversation)
        wanted = _parsed(_Again, await body_of(request, MOST_JSON_BYTES))
        told = None if entry.told is None else Answer.load(entry.told)
        if self._desk.answers.answer_to(entry.number) is not None:
            raise NOT_UNDERSTOOD
        sent = Sent.model_validate_json(entry.sent)
        changes = {
            "tokens": wanted.tokens or sent.tokens,
            "reworded": wanted.reworded,
            "thinking": wanted.thinking or sent.thinking,
        }
        sent = sent.model_copy(update=changes)
        answered = told is not None and told.state == "answered"
        return await self._ask(conversation, sent, texts_for(request), None if answered else entry.number)

    async def stop(self, request: Request, person: int) -> Response:
        """Have no answer to a question any more."""
        conversation = await self._desk.conversation(request, person)
        self._desk.answers.stop(conversation, request.path_params["number"])
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def table(self, request: Request, person: int) -> Response:
        """Return one of an answer's tables as a file for spreadsheets."""
        entry = await self._asked(request, await self._desk.conversation(request, person))
        tables = Answer.load(entry.told).tables if entry.told else ()
        number = request.path_params["table"]
        if not 1 <= number <= len(tables):
            raise NOT_HERE
        rows = rows_of(tables[number - 1])
        return Response(
            as_csv(rows), media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="table.csv"'}
        )

    async def follow(self, request: Request, person: int) -> Response:
        """Tell of the answers that are being written in a conversation, as Server-Sent Events."""
        conversation = await self._desk.conversation(request, person)
        with self._desk.readers.one_of(person):
            pass  # Once the stream has begun it is too late to refuse.

        async def stream() -> AsyncIterator[str]:
            with self._desk.readers.one_of(person):
                first = {
                    number: Event("answer", {"message": number, **answer.shown(conversation.id, number)})
                    for number, answer in self._desk.answers.running(conversation.id).items()
                }
                async for event in self._desk.answers.news.follow(conversation.id, first, IDLE_SECONDS):
                    yield ": here\n\n" if event is None else _as_text(event)

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _ask(
        self, conversation: Conversation, sent: Sent, texts: Texts, number: int | None = None
    ) -> JSONResponse:
        """Ask a question, as the entry `number` if it was asked before."""
        services, entries = self._services, await self._entries(conversation)
        before = [asked.text for entry in entries if (asked := _question_in(entry)) is not None]
        # It is understood before it is kept, so that what cannot be asked leaves nothing behind.
        question = await question_of(services, conversation, sent, texts, before)
        if number is None:
            title = None if before else " ".join(as_typed(sent.text).split())[:TITLE]
            number = await services.conversations.send(conversation.id, sent.model_dump_json(), title)
            if title:
                self._desk.answers.news.publish(conversation.id, "title", Event("title", {"title": title}))
        else:
            await services.conversations.tell(number, None)
        numbered = replace(question, message=number, number=-number)  # The numbers of Telegram's updates are positive.
        begun = self._desk.answers.begin(conversation, numbered)
        item = _question_item(conversation, number, sent, begun)
        return JSONResponse({"message": number, "item": item}, HTTPStatus.ACCEPTED)

    async def _entries(self, conversation: Conversation) -> Sequence[Entry]:
        return await self._services.conversations.entries(conversation.id)

    async def _asked(self, request: Request, conversation: Conversation) -> Entry:
        entry = await self._services.conversations.entry(conversation.id, request.path_params["number"])
        if entry is None or _question_in(entry) is None:
            raise NOT_HERE
        return entry

    async def _item(self, conversation: Conversation, entry: Entry, texts: Texts) -> dict[str, Any] | None:
        sent = _question_in(entry)
        if sent is None:
            pictures = await self._services.pictures.shown_by(conversation.chat, entry.number)
            return file_item(entry.number, json.loads(entry.sent)["name"], pictures) if pictures else None
        answer = self._desk.answers.answer_to(entry.number)
        if answer is None:
            answer = interrupted(texts) if entry.told is None else Answer.load(entry.told)
        return _question_item(conversation, entry.number, sent, answer)


async def delete_rest(desk: Desk, conversation: Conversation) -> None:
    """Delete what is left of a conversation of which nothing is being written; at the start, too, after a kill."""
    desk.services.model.forget(str(conversation.chat))
    await desk.services.retention.forget(conversation.chat, 0)
    await desk.services.conversations.remove(conversation.id)


def file_item(number: int, name: str, pictures: Sequence[Picture]) -> dict[str, Any]:
    """Return a file as the page reads it; `pages` is how many the document has, 0 where it is none."""
    return {
        "kind": "pictures",
        "message": number,
        "name": name,
        "pages": pictures[0].pages,
        "pictures": [picture_item(picture) for picture in pictures],
    }


def picture_item(picture: Picture) -> dict[str, Any]:
    """Return a picture as the page reads it."""
    return {
        "id": picture.id,
        "message": picture.message_id,
        "width": picture.width,
        "height": picture.height,
        "page": picture.page,
        "pages": picture.pages,
    }


def _question_item(conversation: Conversation, number: int, sent: Sent, answer: Answer) -> dict[str, Any]:
    return {
        "kind": "question",
        "message": number,
        "text": sent.text,
        "pictures": sent.pictures,
        "tokens": sent.tokens,
        "region": sent.region,
        "thinking": sent.thinking,
        "answer": answer.shown(conversation.id, number),
    }


def _question_in(entry: Entry) -> Sent | None:
    """Return the question of an entry; None of a file."""
    with suppress(ValidationError):
        return Sent.model_validate_json(entry.sent)
    return None


def _parsed(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise NOT_UNDERSTOOD from None


def _as_text(event: Event) -> str:
    return f"event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n"
