"""Each form of picture, and whatever else can be sent, in each language: none is left out."""

import time
from collections.abc import Awaitable, Callable

import pytest
from telegram.constants import MessageAttachmentType

from playground import Post, Server
from tests.assistant.pictures.test_documents import LOCKED, empty
from tests.bot.samples import animation, pdf, picture
from tests.conversation.albums import HandWindow, album, pictures
from tests.conversation.conftest import Stage
from tests.conversation.languages import ANSWERS, House
from tests.conversation.test_bad_input import BAD
from tests.conversation.test_commands import FILE, OTHERS

ORIGIN = {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"}
PAGES = {"en": "What is on pages 2-3?", "zh": "第2到3页写了什么？", "ru": "Что здесь? pages 2-3"}
LIVE = FILE | {"width": 640, "height": 480, "duration": 3}

Send = Callable[[House, HandWindow, str], Awaitable[Post]]
"""Sends something with a caption, where it may have one; returns the message that is replied to."""


async def _album(house: House, window: HandWindow, caption: str) -> Post:
    return (await album(house.chat, window, 3, caption))[0]


FORMS: dict[str, Send] = {
    "photo": lambda house, _, caption: house.chat.send_photo(picture(), caption),
    "photo as a file": lambda house, _, caption: house.chat.send_document(picture(), "a.png", caption=caption),
    "forwarded photo": lambda house, _, caption: house.chat.send_photo(picture(), caption, forward_origin=ORIGIN),
    "live photo": lambda house, _, caption: house.chat.send_photo(picture(), caption, live_photo=LIVE),
    "album": _album,
    "animation": lambda house, _, caption: house.chat.send_moving("animation", picture(), caption),
    "video": lambda house, _, caption: house.chat.send_moving("video", picture(), caption),
    "GIF as a file": lambda house, _, caption: house.chat.send_document(animation(), "film.gif", caption=caption),
    "document of one page": lambda house, _, caption: house.chat.send_document(pdf(), "a.pdf", caption=caption),
    "document": lambda house, _, caption: house.chat.send_document(pdf(3), "a.pdf", caption=caption),
}
"""The attachments that can have a question in their caption."""

UNCAPTIONED: dict[str, Send] = {
    "sticker": lambda house, _, __: house.chat.send_sticker(picture(512, 512, kind="WEBP")),
    "sticker that moves": lambda house, _, __: house.chat.send_sticker(b"film", preview=picture(), moves=True),
    "video note": lambda house, _, __: house.chat.send_moving("video_note", picture()),
}
"""The attachments without a caption: the question follows."""


GESTURES = {"sticker", "sticker that moves", "animation"}
"""With which people answer each other: they are only looked at in a reply, or with words of their own."""

AT_ONCE = GESTURES | {"video", "video note"}
"""Behind which nothing more is expected."""


@pytest.fixture(params=ANSWERS)
async def house(request: pytest.FixtureRequest, stage: Stage, server: Server, window: HandWindow) -> House:
    """The bot of somebody who speaks that language; albums arrive when `window` is turned."""
    made = House(stage, server, request.param)
    await made.open()
    return made


async def answered(house: House, question: Post) -> None:
    """Check that the question gets the model's answer, not an excuse."""
    assert ANSWERS[house.language] in (await house.told(house.chat, question)).text, question.content


async def test_each_form_is_looked_at(house: House, window: HandWindow) -> None:
    """With its question; without, it is asked what to know, and a reply says that."""
    for name, send in (FORMS | UNCAPTIONED).items():
        post = await send(house, window, "")
        if name not in AT_ONCE | {"album"}:
            await window.arriving(1)
            window.turn(1.0)
        if name not in GESTURES:
            assert ANSWERS[house.language] not in (await house.told(house.chat, post)).text
        await answered(house, await house.chat.send(house.question, reply_to=post))
    for name, send in FORMS.items():
        if name != "forwarded photo":  # Its caption is somebody else's.
            await answered(house, await send(house, window, house.question))


async def test_what_is_named_or_comes_later_is_looked_at(house: House, window: HandWindow) -> None:
    """Pages of a document, a picture that is late for its album, and a reply to a picture in another chat."""
    await answered(house, await house.chat.send_document(pdf(4), "a.pdf", caption=PAGES[house.language]))
    first = await _album(house, window, house.question)
    await answered(house, first)
    (late,) = await house.chat.send_album(pictures(1), media_group_id=first.content["media_group_id"])
    await window.arriving(1)
    window.turn(1.0)
    await answered(house, late)
    photo = {"origin": ORIGIN, "photo": (await house.group.send_photo(picture())).content["photo"]}
    await answered(house, await house.chat.send(house.question, external_reply=photo))


async def test_in_a_group_it_may_be_anybodys(house: House) -> None:
    """The bot was not told of the picture; the question is a reply to it."""
    photo = await house.group.send_photo(picture(), by=house.ben)
    question = await house.group.send(f"/ask {house.question}", reply_to=photo)
    assert ANSWERS[house.language] in (await house.told(house.group, question)).text


UNREADABLE = {
    **{name: (data, name) for name, (data, _) in BAD.items()},
    "locked": (LOCKED, "a.pdf"),
    "torn": (pdf(3)[:400], "a.pdf"),
    "empty": (empty(), "a.pdf"),
    "letter": (b"PK", "a.docx"),
}
SENT = OTHERS | {
    "poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "type": "regular"}
    | {"is_anonymous": True, "allows_multiple_answers": False, "allows_revoting": False, "members_only": False},
    "venue": {"location": OTHERS["location"], "title": "Hall", "address": "1 Street"},
    "story": {"chat": {"id": 1, "type": "private"}, "id": 1},
    "game": {"title": "Go", "description": "Stones", "photo": []},
    "paid_media": {"star_count": 1, "paid_media": []},
    "invoice": {"title": "A", "description": "B", "start_parameter": "c", "currency": "EUR", "total_amount": 1},
}
LOOKED_AT = {"photo", "live_photo", "document"}
NEVER_SENT = {"passport_data", "successful_payment"}
"""The updates that Telegram sends only to bots that ask for them."""


async def test_what_cannot_be_looked_at_gets_its_sentence(house: House, server: Server) -> None:
    """The model is not asked; any other attachment is declined."""
    for data, name in UNREADABLE.values():
        await house.told(house.chat, await house.chat.send_document(data, name, caption=house.question))
    assert set(MessageAttachmentType) == set(SENT) | LOOKED_AT | NEVER_SENT
    for kind, content in SENT.items():
        if kind in GESTURES:
            continue
        header = {"date": int(time.time()), "chat": house.chat.room.header, "from": house.ada.user}
        before = await house.chat.send("/queue")
        await house.told(house.chat, before)
        last = house.chat.messages[-1]
        more = {"document": FILE} if kind == "animation" else {}
        server.put_update({"message": header | more | {"message_id": before.id, kind: content}})
        await house.told(house.chat, last)
    assert house.stage.engine.requests == []
