"""What was asked and answered about each picture."""

import time
from dataclasses import dataclass

from bot.storage.database import Database
from bot.storage.pictures import Picture, linking
from model_service import Detail, FinishReason, Message


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, which are remembered together or not at all.

    `user` is the Telegram id of who asked, or of the chat he hides behind; `name` is there in groups alone.
    """

    question: str
    answer: str
    user: int | None
    question_message: int
    answer_messages: tuple[int, ...]
    detail: Detail
    finish: FinishReason
    name: str | None = None


class Turns:
    """The table of turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, picture: Picture, turn: Turn) -> None:
        """Remember a turn, and that its messages are about the picture."""
        now = time.time()
        first_answer = turn.answer_messages[0] if turn.answer_messages else None
        rows = [
            ("user", turn.question, turn.question_message, turn.user, turn.name, None),
            ("assistant", turn.answer, first_answer, None, None, turn.finish.value),
        ]
        said = (
            "INSERT INTO turns (role, text, message_id, user, name, finish, chat, picture, level, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        await self._database.write_all(
            *((said, (*row, picture.chat, picture.id, str(turn.detail), now)) for row in rows),
            *linking(picture, (turn.question_message, *turn.answer_messages)),
        )

    async def history(self, picture: Picture, user: int | None) -> list[Message]:
        """What was said about the picture so far: questions and answers in turn.

        What others than `user`, who asks now, said in a group begins with their names.
        """
        sql = (
            "SELECT role, iif(name IS NOT NULL AND user IS NOT ?, name || ': ' || text, text) AS text "
            "FROM turns WHERE picture = ? ORDER BY id"
        )
        return [Message(row["role"], row["text"]) for row in await self._database.rows(sql, user, picture.id)]

    async def answered(self, chat: int, question_message: int) -> bool:
        """Whether a question has its answer already."""
        sql = "SELECT 1 FROM turns WHERE chat = ? AND message_id = ? AND role = 'user'"
        return await self._database.row(sql, chat, question_message) is not None
