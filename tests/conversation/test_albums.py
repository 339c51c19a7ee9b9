"""Albums arrive: one question about all of their pictures, however they come."""

import itertools

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.albums import WIDTHS, HandWindow, album, answered, looked_at, pictures
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_caption_on_any_picture_is_the_question_about_all(
    stage: Stage, chat: Chat, window: HandWindow, at: int
) -> None:
    """Each is looked at in turn; one answer, which says what is about which, replies to the caption."""
    posts = await album(chat, window, 3, "What is this?", at=at)
    reply = await answered(chat, posts[at], 3)
    said = [f"Picture {number}: A grey gradient." for number in (1, 2, 3)]
    assert reply.text.split("\n\n")[:3] == said
    assert reply.text.count("pictures read") == 1
    assert looked_at(stage) == [1, 2, 3]
    assert len({request.id for request in stage.engine.requests}) == 3
    assert len([post for post in chat.messages if post.by_bot]) == 1


@pytest.mark.parametrize("at", [2, 7])
async def test_ten_pictures_across_a_restart_get_one_answer(
    stage: Stage, chat: Chat, window: HandWindow, at: int
) -> None:
    """They arrive over four seconds, and the bot is restarted in the middle, before or after the caption came."""
    await stage.start()
    arrived = itertools.count(1)

    async def pause() -> None:
        await window.arriving(next(arrived))
        window.turn(0.4)

    shown = pictures(10)
    first = await chat.send_album(shown[:5], "What is this?", at=at, between=pause)
    await window.arriving(5)
    await stage.stop()
    assert not any(post.by_bot for post in chat.messages)
    await stage.start()
    await window.arriving(5)
    next(arrived)
    group = first[0].content["media_group_id"]
    rest = await chat.send_album(shown[5:], "What is this?", at=at - 5, between=pause, media_group_id=group)
    await window.arriving(10)
    window.turn(1.0)
    await answered(chat, [*first, *rest][at], 10)
    assert looked_at(stage) == list(range(1, 11))
    await chat.answer(await chat.send("/help"))
    assert len([post for post in chat.messages if post.by_bot]) == 2


@pytest.mark.usefixtures("bot")
async def test_a_question_right_behind_an_album_is_about_all_of_it(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """It waits until the album is complete, also for the picture that comes behind it."""
    posts = await chat.send_album(pictures(2))
    question = await chat.send("What is this?")
    await chat.send_album([picture(WIDTHS[2], 100)], media_group_id=posts[0].content["media_group_id"])
    await window.arriving(4)
    assert stage.engine.requests == []
    window.turn(1.0)
    await answered(chat, question, 3)
    assert looked_at(stage) == [1, 2, 3]


@pytest.mark.usefixtures("bot")
async def test_nobody_waits_longer_than_five_seconds(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """However many more come."""
    first = await chat.send_album(pictures(1), "What is this?")
    group = first[0].content["media_group_id"]
    await window.arriving(1)
    for number, width in enumerate(WIDTHS[1:7], start=2):
        window.turn(0.8)
        await chat.send_album([picture(width, 100)], media_group_id=group)
        await window.arriving(number)
    assert stage.engine.requests == []
    window.turn(0.3)
    await answered(chat, first[0], 7)


@pytest.mark.usefixtures("bot")
async def test_typing_is_shown_while_more_is_waited_for(
    stage: Stage, server: Server, chat: Chat, window: HandWindow
) -> None:
    """Once, before the album is complete."""
    posts = await chat.send_album(pictures(2), "What is this?")
    await window.arriving(2)
    await server.wait_until(lambda: server.calls("sendChatAction"))
    assert stage.engine.requests == []
    assert len(server.calls("sendChatAction")) == 1
    window.turn(1.0)
    await answered(chat, posts[0], 2)


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("language", "said"), [("en", "I have the 3 pictures."), ("zh-hans", "3 张图片都收到了。")])
async def test_without_a_caption_it_is_asked_about_once(
    stage: Stage, server: Server, window: HandWindow, language: str, said: str
) -> None:
    """One message asks what to know, and what is asked then is about all of them."""
    chat = server.person("Lan", language_code=language).private()
    posts = await album(chat, window, 3)
    assert (await chat.answer(posts[0])).text.startswith(said)
    await chat.send("What is this?")
    await chat.wait_for(lambda post: post.by_bot and post.text.count("A grey gradient.") == 3)
    assert looked_at(stage) == [1, 2, 3]


@pytest.mark.usefixtures("bot")
async def test_several_captions_are_questions_each_about_its_own(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Each is answered under its picture."""
    first = await chat.send_album(pictures(1), "What is this?")
    group = first[0].content["media_group_id"]
    second = await chat.send_album([picture(WIDTHS[1], 100)], "And this?", media_group_id=group)
    await window.arriving(2)
    window.turn(1.0)
    await final(chat, first[0])
    await final(chat, second[0])
    asked = {
        request.messages[-1].text: number
        for request, number in zip(stage.engine.requests, looked_at(stage), strict=True)
    }
    assert asked == {"What is this?": 1, "And this?": 2}


@pytest.mark.usefixtures("bot")
async def test_what_is_no_picture_is_told_and_the_others_are_answered(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """The sentence stands under the broken one."""
    first = await chat.send_album(pictures(2), "What is this?")
    group = first[0].content["media_group_id"]
    broken = await chat.send_photo(b"broken", compress=False, media_group_id=group)
    await window.arriving(3)
    window.turn(1.0)
    await answered(chat, first[0], 2)
    assert "not a picture" in (await chat.wait_for(lambda post: post.by_bot and post.reply_to == broken.id)).text


@pytest.mark.usefixtures("bot")
async def test_in_a_group_one_mention_is_for_the_whole_album(stage: Stage, server: Server, window: HandWindow) -> None:
    """If the bot sees all messages; an album that is not meant for it is left alone."""
    group = server.group("Family", server.person("Ada"))
    group.set_bot_status("administrator", group.people[0])
    other = await album(group, window, 2, "For you all")
    posts = await album(group, window, 3, f"{NAME} What is this?", at=1)
    await answered(group, posts[1], 3)
    assert looked_at(stage) == [1, 2, 3]
    assert not any(post.reply_to in {each.id for each in other} for post in group.messages)
