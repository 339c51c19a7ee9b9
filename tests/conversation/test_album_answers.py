"""Answers about albums: which pictures a question names, follow-ups, and what goes wrong on the way."""

from collections.abc import Iterator

import pytest

from model_service import EngineStep, GenerationRequest
from playground import Chat
from tests.bot.samples import picture
from tests.conversation.albums import WIDTHS, HandWindow, album, answered, looked_at
from tests.conversation.conftest import Stage, final
from tests.conversation.forgetting import forget

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
    assert "I have 3 pictures of this album" in (await chat.answer(post)).text
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
    """The text so far stays, marked; no other picture is read."""
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
    monkeypatch.setattr("bot.updates.lanes.WINDOW", window)
    stage.engine.hold = None
    stage.engine.requests.clear()
    await stage.start()
    await window.arriving(1)
    window.turn(1.0)
    assert (await answered(chat, posts[0], 3)).id == growing.id
    assert looked_at(stage) == [1, 2, 3]
    assert len([post for post in chat.messages if post.by_bot]) == 1


@pytest.mark.usefixtures("bot")
async def test_a_picture_that_is_late_while_the_answer_grows_is_asked_the_same(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """Its answer comes behind the album's."""
    stage.engine.hold = 1
    posts = await album(chat, window, 2, "What is this?")
    await chat.answer(posts[0], lambda post: "Picture 1: A grey" in post.text)
    late = await chat.send_album([picture(WIDTHS[2], 100)], media_group_id=posts[0].content["media_group_id"])
    await window.arriving(1)
    window.turn(1.0)
    await chat.answer(late[0], lambda post: "Your earlier question first" in post.text)
    stage.engine.go.set()
    await answered(chat, posts[0], 2)
    await final(chat, late[0])
    assert looked_at(stage) == [1, 2, 3]


@pytest.mark.usefixtures("bot")
async def test_forgetting_deletes_all_of_an_album(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Every picture of it, from the disk too."""
    posts = await album(chat, window, 3, "What is this?")
    await answered(chat, posts[0], 3)
    assert "3 pictures and" in (await forget(chat)).text
    assert list((stage.folder / "pictures").iterdir()) == []
    assert "picture first" in (await chat.answer(await chat.send("And now?"))).text
