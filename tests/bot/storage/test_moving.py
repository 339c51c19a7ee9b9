"""A group that became a supergroup: its rows under the new id."""

import json

from bot.storage import Admissions, Database, Forgetting, Inbox, Moving, Pictures, Standing, Turns
from tests.bot.storage.test_tables import NEW, TURN

BEFORE, AFTER, ADA = 5, -1001, 42


async def test_everything_moves_once(database: Database) -> None:
    """Again, as the second chat's notice has it, changes nothing; nor does a notice that was renumbered itself."""
    admissions, pictures, turns = Admissions(database), Pictures(database), Turns(database)
    picture = await pictures.add(NEW)
    await turns.add([(picture, TURN)])
    await pictures.look_at([picture], BEFORE)
    await admissions.let_in(BEFORE, "Family", by=ADA)
    for before in (BEFORE, BEFORE, AFTER):
        await Moving(database).group(before, AFTER)
    assert [(one.id, one.standing) for one in await admissions.all()] == [(AFTER, Standing.GUEST)]
    assert [each.id for each in await pictures.current(AFTER)] == [picture.id]
    assert await pictures.current(BEFORE) == []
    assert [len(await turns.history(picture, ADA)), await turns.answered(AFTER, -11)] == [2, True]
    assert (await Forgetting(database).chat(AFTER, 0)).questions == 1


async def test_a_number_of_the_former_chat_names_no_message_of_the_new_one(database: Database) -> None:
    """A picture and a question that are numbered as former ones were are new."""
    pictures, turns = Pictures(database), Turns(database)
    former = await pictures.add(NEW)
    await turns.add([(former, TURN)])
    await Moving(database).group(BEFORE, AFTER)
    assert not await turns.answered(AFTER, 11)
    assert [await pictures.of_message(AFTER, number) for number in (10, 11, 12)] == [[]] * 3
    assert await pictures.of_message(AFTER, -10) == [await pictures.get(former.id)]


async def test_what_waits_is_answered_in_the_new_chat(database: Database) -> None:
    """Other chats' updates, finished ones, and what cannot be read stay as they are."""
    inbox = Inbox(database)
    message = {"message_id": 7, "chat": {"id": BEFORE}, "reply_to_message": {"message_id": 6, "chat": {"id": BEFORE}}}
    other = {"message": {"message_id": 7, "chat": {"id": 9}}}
    for number, payload in ((1, {"message": message}), (2, other), (3, {"message": message})):
        await inbox.receive(number, json.dumps(payload).encode())
    await inbox.note_answer(1, 8)
    await inbox.claim(3)
    await inbox.finish(3)
    await inbox.set_aside(4, b"{", "unreadable")
    await Moving(database).group(BEFORE, AFTER)
    moved, kept = [json.loads(row.payload) for row in await inbox.waiting(9)]
    assert (moved["message"]["message_id"], moved["message"]["chat"]["id"]) == (-7, AFTER)
    earlier = moved["message"]["reply_to_message"]
    assert (earlier["message_id"], earlier["chat"]["id"]) == (-6, AFTER)
    assert (kept, await inbox.answer_of(1)) == (other, None)
