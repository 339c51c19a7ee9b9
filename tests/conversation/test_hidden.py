"""What Telegram does not show of an album, or of pictures that have to be paid for: the answer says so."""

from typing import Any

import pytest

import playground
from playground import Chat, Server
from playground.contents import paid
from playground.sending import described
from tests.bot.samples import picture
from tests.conversation.albums import HandWindow, pictures
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"
HIDDEN = "Telegram showed me only one picture of this album"


@pytest.fixture
def group(server: Server) -> Chat:
    """A group in which privacy mode holds."""
    return server.group("Family", server.person("Ada"), server.person("Lan", language_code="zh-hans"))


async def ask(group: Chat, window: HandWindow, number: int = 3, arrive: int = 1) -> str:
    """Send an album that asks in its caption, of which some pictures arrive; return the answer."""
    posts = await group.send_album(pictures(number), f"{NAME} What is the total?", at=1)
    await window.arriving(arrive)
    window.turn(1.0)
    return (await group.answer(posts[1], lambda post: "read" in post.text)).text


async def test_of_an_album_privacy_mode_shows_one_picture(stage: Stage, group: Chat, window: HandWindow) -> None:
    """Every answer about it says so: a later question, too."""
    await stage.start()
    assert HIDDEN in await ask(group, window)
    assert HIDDEN in (await final(group, await group.send("/ask And the date?"))).text
    assert len(stage.server.calls("getChatMember")) == 1


async def test_it_is_said_in_the_askers_language(stage: Stage, group: Chat, window: HandWindow) -> None:
    """In a group as well."""
    await stage.start()
    lan = group.people[1]
    (asked, *_) = await group.send_album(pictures(2), f"{NAME} 合计是多少？", by=lan)
    await window.arriving(1)
    window.turn(1.0)
    await group.answer(asked, lambda post: "这组图片 Telegram 只让我看到一张" in post.text)


async def test_a_reply_to_an_album_is_about_the_one_picture_that_it_shows(stage: Stage, group: Chat) -> None:
    """Nothing of the album had reached the bot before."""
    await stage.start()
    shown, *_ = await group.send_album(pictures(3))
    assert HIDDEN in (await final(group, await group.send("/ask What is this?", reply_to=shown))).text


async def test_an_admin_sees_all(stage: Stage, group: Chat, window: HandWindow) -> None:
    """As soon as the bot is one: what it was told before does not count any more."""
    await stage.start()
    assert HIDDEN in await ask(group, window)
    group.set_bot_status("administrator", group.people[0])
    assert HIDDEN not in await ask(group, window, arrive=3)
    album_of_one = await group.send_photo(picture(), f"{NAME} And this?", media_group_id="77")
    await window.arriving(1)
    window.turn(1.0)
    assert HIDDEN not in (await final(group, album_of_one)).text


async def test_a_photo_that_is_no_album_is_all_there_is(stage: Stage, server: Server, group: Chat) -> None:
    """In a group; in private even of an album of one."""
    await stage.start()
    assert HIDDEN not in (await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))).text
    chat = server.person("Ben").private()
    alone = await chat.send_photo(picture(), "What is this?", media_group_id="77")
    assert HIDDEN not in (await final(chat, alone)).text
    assert server.calls("getChatMember") == []


async def test_without_privacy_mode_nothing_is_hidden(stage: Stage) -> None:
    """An album of which the rest was deleted."""
    async with playground.serve(privacy=False) as server:
        other = Stage(server, stage.folder)
        await other.start()
        group = server.group("Family", server.person("Ada"))
        alone = await group.send_photo(picture(), f"{NAME} What is this?", media_group_id="77")
        assert HIDDEN not in (await final(group, alone)).text
        await other.stop()


async def test_a_picture_that_cannot_be_read_was_shown(stage: Stage, group: Chat, window: HandWindow) -> None:
    """In reply to the bot an album arrives as a whole, privacy mode or not."""
    await stage.start()
    said = await group.answer(await group.send("/help"))
    album: dict[str, Any] = {"media_group_id": "77", "reply_to": said}
    asked = await group.send_photo(picture(), "What is this?", **album)
    await group.send_document(b"", "broken.png", **album)
    await window.arriving(2)
    window.turn(1.0)
    assert HIDDEN not in (await final(group, asked)).text


async def test_where_telegram_does_not_say_it_nothing_is_claimed(stage: Stage, group: Chat, window: HandWindow) -> None:
    """The answer comes all the same."""
    await stage.start()
    stage.server.fail_next("getChatMember", 400, "Bad Request: CHAT_ADMIN_REQUIRED")
    assert HIDDEN not in await ask(group, window)


@pytest.mark.parametrize("caption", ["", "What is the total?"])
async def test_a_photo_for_stars_is_a_picture(stage: Stage, chat: Chat, caption: str) -> None:
    """If the update carries it; a question in its caption, or after it."""
    await stage.start()
    content = paid(await chat.store_photo(picture())) | ({"caption": caption} if caption else {})
    asked = await chat.send_content(content)
    if not caption:
        await chat.answer(asked)
        asked = await chat.send("What is the total?")
    assert "the first of these" not in (await final(chat, asked)).text
    assert len(stage.engine.requests) == 1


async def test_of_several_photos_for_stars_the_first_is_looked_at(stage: Stage, chat: Chat) -> None:
    """The answer says so."""
    await stage.start()
    photos = [await chat.store_photo(picture()) for _ in range(2)]
    asked = await chat.send_content(paid(*photos, hidden=1) | {"caption": "What is the total?"})
    assert "I only look at the first of these pictures" in (await final(chat, asked)).text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "I cannot see what has to be paid for"), ("zh-hans", "需要付费的内容我看不到")]
)
async def test_a_photo_that_nobody_paid_for_cannot_be_seen(
    stage: Stage, server: Server, language: str, words: str
) -> None:
    """What can be done is said."""
    await stage.start()
    chat = server.person("Lan", language_code=language).private()
    assert words in await settled(chat, await chat.send_content(paid(hidden=2)))
    group = server.group("Family", server.person("Lan", language_code=language))
    assert words in await settled(
        group, await group.send_content(paid(hidden=1) | described({"caption": f"{NAME} What?"}))
    )
    assert stage.engine.requests == []
