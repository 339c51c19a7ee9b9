"""What cannot be read: no older picture answers in its place, and it keeps its number in an album."""

import time

import pytest

from playground import Chat, Post, Server
from tests.assistant.pictures.test_documents import LOCKED
from tests.bot.samples import picture
from tests.conversation.albums import WIDTHS, HandWindow, answered, looked_at, pictures
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"
TOTAL = "What is the total?"

pytestmark = pytest.mark.usefixtures("bot")


async def mixed(chat: Chat, window: HandWindow, caption: str = "", unread: int = 2) -> list[Post]:
    """Send an album of three files, of which one cannot be read."""
    posts: list[Post] = []
    for number in (1, 2, 3):
        data, name = (picture(WIDTHS[number - 1], 100), "a.png") if number != unread else (LOCKED, "b.pdf")
        words = caption if number == 1 else ""
        posts.append(await chat.send_document(data, name, caption=words, media_group_id="7"))
    await window.arriving(3)
    window.turn(2.0)
    return posts


async def test_an_album_is_numbered_by_what_was_sent(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """The third picture stays the third, and of the second it is said what is the matter."""
    posts = await mixed(chat, window, TOTAL)
    reply = await answered(chat, posts[0], 2)
    assert reply.text.startswith("Picture 1: A grey gradient.\n\nPicture 3: A grey gradient.")
    assert "I could not read picture 2" in reply.text
    assert "locked with a password" in await settled(chat, posts[1])
    assert looked_at(stage) == [1, 3]
    stage.engine.requests.clear()
    await final(chat, await chat.send("What is the date in picture 3?"))
    assert looked_at(stage) == [3]
    said = await settled(chat, await chat.send("What is the date in picture 2?"))
    assert said.startswith("I could not read picture 2 of this album.")
    assert "I have 3 pictures" in await settled(chat, await chat.send("And picture 4?"))
    await final(chat, await chat.send("picture 1 then"))
    assert [request.messages[-1].text for request in stage.engine.requests] == ["What is the date?"] * 2
    assert looked_at(stage) == [3, 1]
    await stage.stop()
    await stage.start()
    stage.engine.requests.clear()
    reply = await answered(chat, await chat.send("What is the date in all pictures?"), 2)
    assert "I could not read picture 2" in reply.text
    assert looked_at(stage) == [1, 3]


@pytest.mark.parametrize(("unread", "left"), [(1, [2, 3]), (3, [1, 2])])
async def test_wherever_it_stands(stage: Stage, chat: Chat, window: HandWindow, unread: int, left: list[int]) -> None:
    """Also where the question came with it."""
    posts = await mixed(chat, window, TOTAL, unread)
    reply = await answered(chat, posts[0], 2)
    assert all(f"Picture {number}: A grey gradient." in reply.text for number in left)
    assert looked_at(stage) == left
    stage.engine.requests.clear()
    reply = await final(chat, await chat.send(f"What is the date in pictures {unread} and {left[1]}?"))
    assert looked_at(stage) == [left[1]]
    assert f"I could not read picture {unread}" in reply.text


async def test_what_is_no_picture_at_all_has_its_number_too(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """An archive among pictures; its sentence stands under it."""
    first = await chat.send_document(picture(WIDTHS[0], 100), "a.png", caption=TOTAL, media_group_id="7")
    archive = await chat.send_document(b"PK", "bills.zip", "application/zip", media_group_id="7")
    await chat.send_document(picture(WIDTHS[2], 100), "c.png", media_group_id="7")
    await window.arriving(3)
    window.turn(2.0)
    reply = await answered(chat, first, 2)
    assert "Picture 3:" in reply.text and "Picture 2:" not in reply.text
    assert "archive" in await settled(chat, archive)


async def test_pictures_one_by_one_are_numbered_by_what_was_sent(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """A locked document comes between them."""
    await chat.send_photo(pictures(1)[0])
    await chat.send_document(LOCKED, "b.pdf")
    await chat.send_photo(pictures(3)[2])
    question = await chat.send(TOTAL)
    reply = await answered(chat, question, 2)
    assert "Picture 1:" in reply.text and "Picture 3:" in reply.text
    stage.engine.requests.clear()
    await final(chat, await chat.send("And picture 3?"))
    assert looked_at(stage) == [3]


async def test_a_picture_that_took_the_place_of_an_unreadable_one_has_its_number(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """Once its sender replaced it."""
    first = await chat.send_photo(pictures(1)[0], TOTAL, media_group_id="7")
    broken = await chat.send_photo(b"broken", compress=False, media_group_id="7")
    await chat.send_photo(pictures(3)[2], media_group_id="7")
    await window.arriving(3)
    window.turn(2.0)
    await answered(chat, first, 2)
    await chat.edit_photo(broken, pictures(2)[1])
    await chat.wait_until(lambda: len(stage.engine.requests) > 2 or None)
    await answered(chat, await chat.send("What is the date in all pictures?"), 3)
    assert looked_at(stage)[-3:] == [1, 2, 3]


async def test_what_was_refused_last_is_last_however_long_the_one_before_took(stage: Stage, chat: Chat) -> None:
    """Both were sent at once, and the first was fetched and read only then."""
    await final(chat, await chat.send_photo(pictures(1)[0], TOTAL))
    await chat.answer(await chat.send_document(LOCKED, "b.pdf", date=int(time.time()) - 30))
    assert "could not read what you sent last" in await settled(chat, await chat.send(TOTAL))
    assert len(stage.engine.requests) == 1


async def test_a_reply_to_the_refusal_is_about_no_older_picture(stage: Stage, server: Server) -> None:
    """Whoever replies, and whatever was looked at meanwhile."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    refused = await group.send_document(LOCKED, "b.pdf", caption=f"{NAME} {TOTAL}", by=ada)
    refusal = await group.answer(refused)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} {TOTAL}", by=ben))
    for person in (ada, ben):
        said = await settled(group, await group.send(TOTAL, reply_to=refusal, by=person))
        assert "a file that I could not read" in said
    assert len(stage.engine.requests) == 1


async def test_in_a_group_an_answer_after_somebodys_refused_file_says_which_picture(
    stage: Stage, server: Server
) -> None:
    """The same person's as before: they may mean what came last."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} {TOTAL}", by=ada))
    assert "about the picture of" not in (await final(group, await group.send("/ask And the date?", by=ada))).text
    await group.answer(await group.send_document(LOCKED, "b.pdf", caption=NAME, by=ben))
    assert "about the picture of" in (await final(group, await group.send("/ask And the shop?", by=ada))).text
    assert "could not read what you sent last" in await settled(group, await group.send("/ask And the shop?", by=ben))
