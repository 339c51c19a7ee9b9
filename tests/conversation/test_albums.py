"""Albums: one question about all of their pictures, however they arrive."""

import io
import itertools
from collections.abc import Iterator

import pytest
from PIL import Image

from model_service import EngineStep, GenerationRequest
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.conversation.windows import HandWindow

NAME = "@eyeglass_play_bot"
WIDTHS = range(100, 300, 20)
"""Ten pictures are told apart by their widths."""


@pytest.fixture(autouse=True)
def window(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> HandWindow:
    """The time in which albums arrive stands still."""
    window = HandWindow(stage)
    monkeypatch.setattr("bot.lanes.WINDOW", window)
    return window


def pictures(number: int) -> list[bytes]:
    """So many, of different widths."""
    return [picture(width, 100) for width in WIDTHS[:number]]


def looked_at(stage: Stage) -> list[int]:
    """The numbers of the pictures that the engine was shown, from 1."""
    shown = [Image.open(io.BytesIO(request.picture or b"")) for request in stage.engine.requests]
    return [WIDTHS.index(image.width) + 1 for image in shown]


async def answered(chat: Chat, question: Post, count: int) -> Post:
    """The finished answer about so many pictures."""
    return await chat.answer(
        question, lambda post: post.reply_to == question.id and f"{count} pictures read" in post.text
    )


async def album(chat: Chat, window: HandWindow, number: int, caption: str = "", at: int = 0) -> list[Post]:
    """An album that has arrived."""
    posts = await chat.send_album(pictures(number), caption, at=at)
    await window.arriving(number)
    window.turn(1.0)
    return posts


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
    await window.arriving(3)
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


NAMED = [
    ("What is in picture 2?", [2]),
    ("And the last photo?", [3]),
    ("Compare the first and third picture", [1, 3]),
    ("第二张图里有什么？", [2]),
    ("And now all pictures", [1, 2, 3]),
]


@pytest.mark.usefixtures("bot")
async def test_a_question_may_name_pictures(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """In both languages; the next one is about the same, and all can be named again."""
    posts = await album(chat, window, 3, "What is this?")
    await answered(chat, posts[0], 3)
    for question, numbers in NAMED:
        stage.engine.requests.clear()
        post = await chat.send(question)
        await (final(chat, post) if len(numbers) == 1 else answered(chat, post, len(numbers)))
        assert looked_at(stage) == numbers
    stage.engine.requests.clear()
    post = await chat.send("And the fourth picture?")
    assert "pictures 1 to 3" in (await chat.answer(post)).text
    assert stage.engine.requests == []


@pytest.mark.usefixtures("bot")
async def test_follow_ups_know_the_pictures_and_what_was_said_of_each(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """After a restart too; a reply to one picture is about that one, a reply to the answer about all."""
    posts = await album(chat, window, 3, "What is this?")
    reply = await answered(chat, posts[0], 3)
    await stage.stop()
    stage.engine.requests.clear()
    await stage.start()
    await answered(chat, await chat.send("And above?"), 3)
    assert looked_at(stage) == [1, 2, 3]
    texts = [message.text for message in stage.engine.requests[1].messages]
    assert texts == ["What is this?", "A grey gradient.", "And above?"]
    for target, numbers in ((posts[0], [1]), (posts[2], [3]), (reply, [1, 2, 3])):
        stage.engine.requests.clear()
        question = await chat.send("And here?", reply_to=target)
        await (final(chat, question) if len(numbers) == 1 else answered(chat, question, 3))
        assert looked_at(stage) == numbers


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
async def test_a_late_picture_is_asked_what_its_album_was(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """It gets an answer of its own, and belongs to the album."""
    posts = await album(chat, window, 2, "What is this?")
    await answered(chat, posts[0], 2)
    group = posts[0].content["media_group_id"]
    late = await chat.send_album([picture(WIDTHS[2], 100)], media_group_id=group)
    await window.arriving(1)
    window.turn(1.0)
    await final(chat, late[0])
    assert [request.messages[-1].text for request in stage.engine.requests] == ["What is this?"] * 3
    await answered(chat, await chat.send("And above?", reply_to=await chat.answer(posts[0])), 2)
    await answered(chat, await chat.send("All pictures?"), 3)


@pytest.mark.usefixtures("bot")
async def test_one_cancel_stops_all(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """What was written stays, marked; no other picture is looked at."""
    stage.engine.hold = 1
    posts = await album(chat, window, 3, "What is this?")
    growing = await chat.answer(posts[0], lambda post: "Picture 1: A grey" in post.text)
    await chat.press("Cancel", growing)
    await chat.wait_until(lambda: "Cancelled: the answer ends here." in growing.text)
    assert looked_at(stage) == [1]


@pytest.mark.usefixtures("bot")
async def test_a_picture_that_fails_says_so_in_its_paragraph(
    stage: Stage, chat: Chat, window: HandWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are answered."""
    generate = stage.engine.generate

    def stumbling(request: GenerationRequest) -> Iterator[EngineStep]:
        stage.engine.failure = RuntimeError("odd") if len(stage.engine.requests) == 1 else None
        return generate(request)

    monkeypatch.setattr(stage.engine, "generate", stumbling)
    posts = await album(chat, window, 3, "What is this?")
    reply = await answered(chat, posts[0], 2)
    paragraphs = reply.text.split("\n\n")
    assert paragraphs[1].startswith("Picture 2: I could not answer this one.")
    assert [paragraphs[0], paragraphs[2]] == ["Picture 1: A grey gradient.", "Picture 3: A grey gradient."]


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
    """Where the bot sees all messages; an album that is not meant for it is left alone."""
    group = server.group("Family", server.person("Ada"))
    group.set_bot_status("administrator", group.people[0])
    other = await album(group, window, 2, "For you all")
    posts = await album(group, window, 3, f"{NAME} What is this?", at=1)
    await answered(group, posts[1], 3)
    assert looked_at(stage) == [1, 2, 3]
    assert not any(post.reply_to in {each.id for each in other} for post in group.messages)


@pytest.mark.usefixtures("bot")
async def test_a_restart_in_the_middle_of_the_answer_begins_it_again(
    stage: Stage, chat: Chat, window: HandWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the same message, about all pictures, once."""
    generate = stage.engine.generate

    def held(request: GenerationRequest) -> Iterator[EngineStep]:
        stage.engine.hold = 1 if len(stage.engine.requests) == 1 else None
        return generate(request)

    monkeypatch.setattr(stage.engine, "generate", held)
    posts = await album(chat, window, 3, "What is this?")
    growing = await chat.answer(posts[0], lambda post: "Picture 2: A grey" in post.text)
    await stage.stop()
    monkeypatch.undo()
    monkeypatch.setattr("bot.lanes.WINDOW", window)
    stage.engine.hold = None
    stage.engine.requests.clear()
    await stage.start()
    await window.arriving(1)
    window.turn(1.0)
    assert (await answered(chat, posts[0], 3)).id == growing.id
    assert looked_at(stage) == [1, 2, 3]
    assert len([post for post in chat.messages if post.by_bot]) == 1
