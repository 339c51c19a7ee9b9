"""Tests of stored questions and answers, as they are read later."""

import time
from dataclasses import replace

import pytest

from assistant.storage import AnsweredQuestion, Database, Picture, Pictures, Turns
from model_service import Detail, FinishReason
from tests.assistant.storage.test_tables import NEW, TURN


@pytest.fixture
async def pictures(database: Database) -> list[Picture]:
    """Two pictures of one chat and one of another."""
    table = Pictures(database)
    news = (NEW, replace(NEW, message_id=20), replace(NEW, chat=6))
    return [await table.add(new) for new in news]


@pytest.fixture
async def turns(database: Database, pictures: list[Picture]) -> Turns:
    """Two questions about the first picture, one of them about the second too, and one about the other chat's."""
    table = Turns(database)
    where = replace(TURN, question="Where?", question_message=14, user=43, detail=Detail(100), answer_messages=(15,))
    await table.add([(pictures[0], TURN)])
    await table.add([(pictures[0], where), (pictures[1], where)])
    await table.add([(pictures[2], replace(TURN, question="Who?", question_message=12, detail=Detail(64)))])
    return table


async def test_what_a_message_asked_and_who(turns: Turns) -> None:
    """In its chat; an answer asks nothing, nor does a message that nobody answered."""
    assert await turns.asked(5, 11) == ("What?", 42)
    assert await turns.asked(5, 14) == ("Where?", 43)
    assert await turns.asked(6, 12) == ("Who?", 42)
    assert [await turns.asked(chat, number) for chat, number in ((5, 12), (5, 13), (6, 11), (5, 99))] == [None] * 4


async def test_how_closely_it_was_looked_at(turns: Turns, pictures: list[Picture]) -> None:
    """Question by question, of each picture on its own."""
    assert await turns.details(pictures[0]) == [Detail(512), Detail(100)]
    assert await turns.details(pictures[1]) == [Detail(100)]
    assert await turns.details(pictures[2]) == [Detail(64)]


async def test_what_was_asked_last_about_each(turns: Turns, pictures: list[Picture], database: Database) -> None:
    """A picture that nobody asked about is left out."""
    silent = await Pictures(database).add(replace(NEW, message_id=30))
    first, second, third = (picture.id for picture in pictures)
    assert await turns.last_questions([*pictures, silent]) == {first: "Where?", second: "Where?", third: "Who?"}
    assert await turns.last_questions(pictures[:1]) == {first: "Where?"}
    assert await turns.last_questions([]) == {}


async def test_whether_a_message_was_answered(turns: Turns) -> None:
    """The question's message, not the answer's, and not one of that number elsewhere."""
    assert [await turns.answered(5, number) for number in (11, 14, 12, 15, 99)] == [True, True, False, False, False]
    assert not await turns.answered(6, 11)


async def test_what_was_asked_last(turns: Turns, pictures: list[Picture]) -> None:
    """By its own message, else by the last answer up to a message, else the last one there is; in one chat alone."""
    first, second, third = (picture.id for picture in pictures)
    what = AnsweredQuestion(11, "What?", Detail(512), (first,))
    where = AnsweredQuestion(14, "Where?", Detail(100), (first, second))
    found = {until: await turns.last_asked(5, until) for until in (10, 11, 12, 13, 14, 15, 99)}
    assert found == {10: where, 11: what, 12: what, 13: what, 14: where, 15: where, 99: where}
    assert await turns.last_asked(6, 99) == AnsweredQuestion(12, "Who?", Detail(64), (third,))
    assert await turns.last_asked(7, 99) is None


async def test_what_somebody_asked_last_about_some_pictures(turns: Turns, pictures: list[Picture]) -> None:
    """Where both are given, both hold."""
    first, second, third = pictures

    async def last(until: int, user: int | None = None, *about: Picture) -> str | None:
        found = await turns.last_asked(5, until, user=user, pictures=about)
        return found.text if found else None

    assert [await last(99, user) for user in (42, 43, 44)] == ["What?", "Where?", None]
    assert [await last(13, None, *about) for about in ([first], [second], [third])] == ["What?", "Where?", None]
    assert [await last(13, None, second, first), await last(99, None, first, second)] == ["What?", "Where?"]
    assert [await last(99, 42, *about) for about in ([first, second], [second])] == ["What?", None]


async def test_the_history_of_pictures_that_are_seen_together(turns: Turns, pictures: list[Picture]) -> None:
    """Each question once, in order, with all answers to it; what concerns other pictures is left out."""
    first, second, _ = pictures
    both = replace(TURN, question="Which?", answer="The first.", question_message=20, answer_messages=(21,))
    each = replace(TURN, question="Who?", question_message=22, answer_messages=(23,))
    await turns.add([(first, both), (second, both)])
    await turns.add([(first, replace(each, answer="Ada.")), (second, replace(each, answer="Ben."))])
    told = await turns.history_of([first, second], 42)
    assert [message.role for message in told] == ["user", "assistant"] * (len(told) // 2)
    assert [message.text for message in told][:2] == ["What?", "A cat."]
    assert [message.text for message in told][-4:] == ["Which?", "The first.", "Who?", "Ada.\n\nBen."]
    assert len([message for message in told if message.text == "Which?"]) == 1
    assert await turns.history_of([first], 42) == await turns.history(first, 42)


async def test_pictures_seen_together_tell_what_was_asked_first_of_either(database: Database) -> None:
    """Not the one picture's questions and then the other's; names are told of all but the one who asks."""
    first, second = [await Pictures(database).add(replace(NEW, message_id=number)) for number in (1, 2)]
    turns = Turns(database)
    for picture, user, name, message in ((second, 42, "Ada", 11), (first, 43, "Ben", 14), (second, 43, "Ben", 17)):
        question = replace(TURN, question="What?", answer=f"{message}.", user=user, name=name)
        await turns.add([(picture, replace(question, question_message=message, answer_messages=(message + 1,)))])
    told = await turns.history_of([first, second], 42)
    assert [message.text for message in told] == ["What?", "11.", "Ben: What?", "14.", "Ben: What?", "17."]


async def test_a_question_that_is_asked_in_another_way_is_retracted(turns: Turns, pictures: list[Picture]) -> None:
    """With its answers, about all its pictures; nothing else is, and only a question can be."""

    async def told() -> list[list[str]]:
        return [[message.text for message in await turns.history(picture, None)] for picture in pictures]

    before = await told()
    assert [await turns.retract(chat, number) for chat, number in ((5, 12), (5, 15), (6, 11), (7, 14))] == [None] * 4
    assert await told() == before
    assert await turns.retract(5, 14) == 15
    assert await told() == [["What?", "A cat."], [], ["Who?", "A cat."]]
    assert await turns.retract(5, 14) is None


async def test_a_retracted_answer_is_known_by_the_first_message_it_has(turns: Turns, pictures: list[Picture]) -> None:
    """An answer may have been sent in none."""
    silent = replace(TURN, question_message=16, answer_messages=())
    await turns.add([(pictures[0], silent), (pictures[1], replace(silent, answer_messages=(17, 18)))])
    assert await turns.retract(5, 16) == 17
    await turns.add([(pictures[0], silent)])
    assert await turns.retract(5, 16) is None
    assert not await turns.answered(5, 16)


async def test_all_of_a_turn_is_kept(database: Database, pictures: list[Picture]) -> None:
    """The question by its message and asker, the answer by its first message and how it ended; both with the time."""
    before = time.time()
    turn = replace(TURN, name="Ada", finish=FinishReason.LENGTH)
    await Turns(database).add([(pictures[0], turn), (pictures[1], replace(turn, answer_messages=()))])
    rows = await database.rows("SELECT * FROM turns ORDER BY id")
    assert [(row["role"], row["text"], row["message_id"], row["user"], row["name"], row["finish"]) for row in rows] == [
        ("user", "What?", 11, 42, "Ada", None),
        ("assistant", "A cat.", 12, None, None, "length"),
        ("user", "What?", 11, 42, "Ada", None),
        ("assistant", "A cat.", None, None, None, "length"),
    ]
    assert [row["picture"] for row in rows] == [pictures[0].id] * 2 + [pictures[1].id] * 2
    assert {(row["chat"], row["level"]) for row in rows} == {(5, str(Detail(512)))}
    assert all(before <= row["created_at"] <= time.time() for row in rows)
