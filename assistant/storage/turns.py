"""Stored turns: the questions and answers about each picture."""

import itertools
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.storage.database import Database
from assistant.storage.group_commit import Statement
from assistant.storage.pictures import Picture, linking
from model_service import Detail, FinishReason, Message


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; both are stored, or neither.

    `user` is the Telegram id of the person who asked, or of the chat they post as; `name` is set in groups alone.
    """

    question: str
    answer: str
    user: int | None
    question_message: int
    answer_messages: tuple[int, ...]
    detail: Detail
    finish: FinishReason
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question that was answered: its message, its words, its level, and the numbers of its pictures."""

    message: int
    text: str
    detail: Detail
    pictures: tuple[int, ...]


class Turns:
    """The table of turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, turns: Sequence[tuple[Picture, Turn]]) -> None:
        """Store the answers to one question, one for each picture, and link its messages to the pictures."""
        pictures, turn = [picture for picture, _ in turns], turns[0][1]
        await self._database.write_all(
            *(statement for picture, each in turns for statement in _saying(picture, each)),
            *linking(pictures, (turn.question_message, *turn.answer_messages)),
        )

    async def history(self, picture: Picture, user: int | None) -> list[Message]:
        """Return the history of a picture: questions and answers alternating.

        In a group, the questions of others than `user`, who asks now, begin with their names.
        """
        return await self.history_of([picture], user)

    async def history_of(self, pictures: Sequence[Picture], user: int | None) -> list[Message]:
        """Return the history of pictures that are seen together, as `history` does.

        A question about several of them stands there once, with all answers to it.
        """
        marks = ", ".join("?" * len(numbers := [picture.id for picture in pictures]))
        sql = (
            "SELECT role, message_id, iif(name IS NOT NULL AND user IS NOT ?, name || ': ' || text, text) AS text "  # noqa: S608
            f"FROM turns WHERE picture IN ({marks}) ORDER BY id"
        )
        rows = await self._database.rows(sql, user, *numbers)
        if len(pictures) == 1:
            return [Message(row["role"], row["text"]) for row in rows]
        told: dict[tuple[int, str], dict[str, None]] = {}
        for asked, answer in itertools.pairwise(rows):  # An answer's row stands just behind its question's.
            if (asked["role"], answer["role"]) == ("user", "assistant"):
                told.setdefault((asked["message_id"], asked["text"]), {})[answer["text"]] = None
        pairs = ((Message("user", text), Message("assistant", "\n\n".join(said))) for (_, text), said in told.items())
        return [message for pair in pairs for message in pair]

    async def asked(self, chat: int, question_message: int) -> tuple[str, int | None] | None:
        """Return the question of a message, or of a button under it, and the asker; None if unanswered or deleted."""
        sql = "SELECT text, user FROM turns WHERE chat = ? AND message_id = ? AND role = 'user'"
        row = await self._database.row(sql, chat, question_message)
        return (row["text"], row["user"]) if row else None

    async def retract(self, chat: int, question_message: int) -> int | None:
        """Remove the answers to a message's question, which is asked in another way now; return the first's message."""
        of_question = "SELECT id{} FROM turns WHERE chat = ? AND message_id = ? AND role = 'user'"
        asked = (chat, question_message)
        sql = f"SELECT message_id FROM turns WHERE id IN ({of_question.format(' + 1')}) AND message_id IS NOT NULL"  # noqa: S608
        row = await self._database.row(sql, *asked)
        sql = f"DELETE FROM turns WHERE id IN ({of_question.format('')} UNION {of_question.format(' + 1')})"  # noqa: S608
        await self._database.write(sql, *asked, *asked)
        return row["message_id"] if row else None

    async def last_asked(
        self, chat: int, until: int, *, user: int | None = None, pictures: Sequence[Picture] = ()
    ) -> AnsweredQuestion | None:
        """Return the question of message `until`, or that of the last answer up to it, else the last one of all.

        It is one of this user, and about one of these pictures, where they are given.
        """
        marks = ", ".join("?" * len(numbers := [picture.id for picture in pictures]))
        sql = (
            "SELECT asked.message_id, asked.text, asked.level FROM turns AS asked JOIN turns AS told ON told.id = "  # noqa: S608
            "(SELECT min(id) FROM turns WHERE picture = asked.picture AND role = 'assistant' AND id > asked.id) "
            f"WHERE asked.chat = ? AND asked.role = 'user' {'AND asked.user = ?' if user is not None else ''} "
            f"{f'AND asked.picture IN ({marks})' if numbers else ''} "
            "ORDER BY asked.message_id = ? DESC, iif(told.message_id <= ?, told.message_id, 0) DESC, asked.id DESC"
        )
        users = [] if user is None else [user]
        row = await self._database.row(f"{sql} LIMIT 1", chat, *users, *numbers, until, until)
        if row is None:
            return None
        sql = "SELECT picture FROM turns WHERE chat = ? AND message_id = ? AND role = 'user' ORDER BY id"
        about = await self._database.rows(sql, chat, row["message_id"])
        shown = tuple(each["picture"] for each in about)
        return AnsweredQuestion(row["message_id"], row["text"], Detail.parse(row["level"]), shown)

    async def details(self, picture: Picture) -> list[Detail]:
        """Return the level of detail of each question about the picture so far."""
        sql = "SELECT level FROM turns WHERE picture = ? AND role = 'user' ORDER BY id"
        return [Detail.parse(row["level"]) for row in await self._database.rows(sql, picture.id)]

    async def last_questions(self, pictures: Iterable[Picture]) -> dict[int, str]:
        """Return the last answered question about each of these pictures, by the picture's number."""
        marks = ", ".join("?" * len(numbers := [picture.id for picture in pictures]))
        sql = f"SELECT picture, text FROM turns WHERE role = 'user' AND picture IN ({marks}) ORDER BY id"  # noqa: S608
        return {row["picture"]: row["text"] for row in await self._database.rows(sql, *numbers)}

    async def answered(self, chat: int, question_message: int) -> bool:
        """Whether a question has its answer already."""
        sql = "SELECT 1 FROM turns WHERE chat = ? AND message_id = ? AND role = 'user'"
        return await self._database.row(sql, chat, question_message) is not None


def _saying(picture: Picture, turn: Turn) -> list[Statement]:
    """Return the statements that store a turn about one picture."""
    first_answer = turn.answer_messages[0] if turn.answer_messages else None
    rows = (
        ("user", turn.question, turn.question_message, turn.user, turn.name, None),
        ("assistant", turn.answer, first_answer, None, None, turn.finish.value),
    )
    sql = (
        "INSERT INTO turns (role, text, message_id, user, name, finish, chat, picture, level, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    now = time.time()
    return [(sql, (*row, picture.chat, picture.id, str(turn.detail), now)) for row in rows]
