"""Pictures that are seen together, by a model that takes several in one request; and those that are not."""

import io

import pytest
from PIL import Image

from assistant.pictures.copies import Copy
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed
from assistant.storage import Picture
from model_service import Ability, Sureness
from playground import Chat, Post, Server
from tests.bot.samples import pdf, picture
from tests.conversation.albums import WIDTHS, HandWindow, album, answered, looked_at
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"
CHEAPER = "Which of the two is cheaper?"


@pytest.fixture(autouse=True)
def several(stage: Stage) -> None:
    """A model that takes up to eight pictures in one request."""
    stage.engine.together = 8


def seen(stage: Stage) -> list[list[int]]:
    """Return the numbers of the pictures of each request."""
    return [
        [WIDTHS.index(Image.open(io.BytesIO(each.data)).width) + 1 for each in request.pictures]
        for request in stage.engine.requests
    ]


def said(stage: Stage, request: int = -1) -> list[str]:
    """Return the texts of a request."""
    return [message.text for message in stage.engine.requests[request].messages]


async def together(chat: Chat, question: Post, count: int, what: str = "pictures") -> Post:
    """Wait for the finished answer about `count` pictures that were seen together."""
    return await chat.answer(
        question, lambda post: post.reply_to == question.id and f"{count} {what} read together" in post.text
    )


@pytest.mark.usefixtures("bot")
async def test_an_album_is_seen_together(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """One request, one answer without names, each picture with its own budget; the footer says so."""
    stage.engine.pieces = ("The second.",)
    posts = await album(chat, window, 2, CHEAPER)
    reply = await together(chat, posts[0], 2)
    assert seen(stage) == [[1, 2]]
    assert said(stage) == [CHEAPER]
    assert reply.text.startswith("The second.")
    assert "Picture 1" not in reply.text
    assert {each.detail.tokens for each in stage.engine.requests[0].pictures} == {256}


@pytest.mark.usefixtures("bot")
async def test_so_it_is_in_a_group(stage: Stage, server: Server, window: HandWindow) -> None:
    """What somebody else asked of the same pictures stands once in the history, with their name."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Bills", ada, ben)
    group.set_bot_status("administrator", ada)
    posts = await album(group, window, 2, f"{NAME} {CHEAPER}")
    reply = await together(group, posts[0], 2)
    follow = await group.send("Which is older?", by=ben, reply_to=reply)
    await together(group, follow, 2)
    assert seen(stage) == [[1, 2], [1, 2]]
    assert said(stage) == [f"Ada: {CHEAPER}", "A grey gradient.", "Which is older?"]


@pytest.mark.usefixtures("bot")
async def test_a_follow_up_sees_all_and_knows_what_was_said(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """After a restart too: each turn stands once, and the pictures before it."""
    posts = await album(chat, window, 3, "What do they cost?")
    reply = await together(chat, posts[0], 3)
    await stage.stop()
    await stage.start()
    follow = await chat.send("And which is cheaper?", reply_to=reply)
    await together(chat, follow, 3)
    assert seen(stage) == [[1, 2, 3], [1, 2, 3]]
    assert said(stage) == ["What do they cost?", "A grey gradient.", "And which is cheaper?"]
    assert [len(message.pictures) for message in stage.engine.requests[-1].messages] == [3, 0, 0]
    one = await chat.send("What is in picture 2?")
    await final(chat, one)
    assert seen(stage)[-1] == [2]
    assert said(stage)[-1] == "What is in this picture?"


@pytest.mark.usefixtures("bot")
async def test_named_pictures_are_told_by_their_numbers(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """The question stays as it was asked, and the model is told which pictures these are."""
    posts = await album(chat, window, 3, "What is this?")
    await together(chat, posts[0], 3)
    asked = await chat.send("What is in the first and third picture?")
    await together(chat, asked, 2)
    assert seen(stage)[-1] == [1, 3]
    assert said(stage)[-1] == "What is in the first and third picture?"
    assert stage.engine.requests[-1].wish == "You see picture 1, picture 3, in this order."
    assert stage.engine.requests[0].wish == ""


@pytest.mark.parametrize(
    "question",
    ["/text", "/table", "Describe each picture.", "What does it say?", "每张图里有什么？", "List them one by one"],
)
@pytest.mark.usefixtures("bot")
async def test_what_is_asked_of_each_is_answered_for_each(
    stage: Stage, chat: Chat, window: HandWindow, question: str
) -> None:
    """One picture after the other, by name."""
    await album(chat, window, 2, question)
    await chat.wait_until(lambda: len(stage.engine.requests) == 2)
    assert looked_at(stage) == [1, 2]
    assert [len(request.pictures) for request in stage.engine.requests] == [1, 1]


@pytest.mark.usefixtures("bot")
async def test_what_was_asked_of_each_is_asked_so_again(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """By a button, and by the next one; the words that said so were taken out of the question."""
    stage.engine.abilities.add(Ability.DESCRIBE)
    await stage.stop()
    await stage.start()
    posts = await album(chat, window, 2, "What is the total on each page?")
    reply = await answered(chat, posts[0], 2)
    for _ in range(2):
        await chat.press("Retry", reply)
        reply = await answered(chat, reply, 2)
    assert seen(stage) == [[1], [2]] * 3
    assert {request.messages[-1].text for request in stage.engine.requests} == {"What is the total?"}


@pytest.mark.usefixtures("bot")
async def test_an_album_without_a_question_is_described_one_by_one(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """Each in a line; what is asked then is asked of all."""
    stage.engine.abilities.add(Ability.DESCRIBE)
    await stage.stop()
    await stage.start()
    posts = await album(chat, window, 2)
    await answered(chat, posts[0], 2)
    await together(chat, await chat.send(CHEAPER), 2)
    assert seen(stage) == [[1], [2], [1, 2]]
    assert len(said(stage)) == 3


@pytest.mark.usefixtures("bot")
async def test_a_model_of_one_picture_sees_one_after_the_other(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """As before."""
    stage.engine.together = 1
    await stage.stop()
    await stage.start()
    posts = await album(chat, window, 2, CHEAPER)
    await answered(chat, posts[0], 2)
    assert seen(stage) == [[1], [2]]


@pytest.mark.usefixtures("bot")
async def test_pictures_that_have_nothing_to_do_with_each_other_are_not_seen_together(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """Each came by itself, with a question or without."""
    for number in (0, 1):
        post = await chat.send_photo(picture(WIDTHS[number], 100), CHEAPER)
        await final(chat, post)
    assert seen(stage) == [[1], [2]]
    asked = await chat.send("And now?")
    await final(chat, asked)
    assert seen(stage)[-1] == [2]


@pytest.mark.usefixtures("bot")
async def test_pages_that_were_chosen_are_seen_together(stage: Stage, chat: Chat) -> None:
    """By their numbers; one alone is asked about as before."""
    paper = await chat.send_document(pdf(5), "paper.pdf", caption="What differs between pages 2 and 4?")
    await together(chat, paper, 2, "pages")
    assert [len(request.pictures) for request in stage.engine.requests] == [2]
    assert said(stage) == ["What differs between pages 2 and 4?"]
    assert stage.engine.requests[0].wish == "You see page 2, page 4, in this order."
    stage.engine.holds = 1
    asked = await chat.send("第2页和第4页有什么区别？", reply_to=paper)
    reply = await chat.answer(asked, lambda post: "no room" in post.text)
    assert "there was no room for page 2, so" in reply.text
    await final(chat, await chat.send("And page 3?", reply_to=paper))
    assert len(stage.engine.requests[-1].pictures) == 1


@pytest.mark.usefixtures("bot")
async def test_a_picture_that_is_gone_is_told_and_the_others_are_seen(
    stage: Stage, chat: Chat, window: HandWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its number in the album."""
    copy = Library.copy

    async def gone(library: Library, shown: Picture) -> Copy:
        if shown.width == WIDTHS[1]:
            raise FetchFailed("gone")
        return await copy(library, shown)

    monkeypatch.setattr(Library, "copy", gone)
    posts = await album(chat, window, 3, CHEAPER)
    reply = await together(chat, posts[0], 2)
    assert seen(stage) == [[1, 3]]
    assert "I could not read picture 2" in reply.text


@pytest.mark.parametrize(("tokens", "most"), [(None, 2), (300, 8)])
@pytest.mark.usefixtures("bot")
async def test_the_oldest_are_left_out_where_there_is_no_room(
    stage: Stage, chat: Chat, window: HandWindow, tokens: int | None, most: int
) -> None:
    """More than the model takes, or than memory has 128 tokens for: the line under the answer says which."""
    stage.engine.together, stage.engine.all_tokens = most, tokens
    await stage.stop()
    await stage.start()
    posts = await album(chat, window, 4, "Which is the cheapest?")
    reply = await together(chat, posts[0], 2)
    assert seen(stage) == [[3, 4]]
    assert "there was no room for picture 1, picture 2, so I did not look there" in reply.text
    assert stage.engine.requests[0].wish == "You see picture 3, picture 4, in this order."


@pytest.mark.parametrize(("holds", "sees"), [(2, [2, 3]), (1, [3])])
@pytest.mark.usefixtures("bot")
async def test_memory_that_is_short_just_now_leaves_out_the_oldest(
    stage: Stage, chat: Chat, window: HandWindow, holds: int, sees: list[int]
) -> None:
    """One by one, until the rest fits."""
    stage.engine.holds = holds
    posts = await album(chat, window, 3, "Which is the cheapest?")
    reply = await chat.answer(posts[0], lambda post: "no room" in post.text)
    assert seen(stage)[-1] == sees
    left = ", ".join(f"picture {number}" for number in range(1, sees[0]))
    assert f"no room for {left}, so" in reply.text
    assert "A grey gradient." in reply.text


@pytest.mark.usefixtures("bot")
async def test_where_not_even_one_fits_it_is_said(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Once, as for one picture."""
    stage.engine.holds = 0
    posts = await album(chat, window, 2, CHEAPER)
    reply = await chat.answer(posts[0], lambda post: "memory" in post.text)
    assert "no room" not in reply.text
    assert [len(request.pictures) for request in stage.engine.requests] == [2, 1]


@pytest.mark.usefixtures("bot")
async def test_all_are_looked_at_more_closely(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """By the button: all of them together, one level up."""
    stage.engine.all_tokens = 8 * 1600
    await stage.stop()
    await stage.start()
    big = [picture(width * 10, 1000) for width in WIDTHS[:2]]
    posts = await chat.send_album(big, CHEAPER)
    await window.arriving(2)
    window.turn(1.0)
    reply = await together(chat, posts[0], 2)
    await chat.press("Look closer", reply)
    await together(chat, reply, 2)
    assert [[each.detail.tokens for each in request.pictures] for request in stage.engine.requests] == [
        [256, 256],
        [384, 384],
    ]
    assert said(stage)[-1] == CHEAPER


@pytest.mark.usefixtures("bot")
async def test_doubts_have_all_looked_at_once_more(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """With auto: both at the next level, and the surer answer is told."""
    stage.values["model"]["detail"] = "auto"
    stage.engine.sureness = Sureness(sure=0.5)
    stage.engine.pieces, stage.engine.doubts = ("7.40",), {0: (0.3, 0.2)}
    stage.engine.closer = (("7.10", 0.99),)
    await stage.stop()
    await stage.start()
    posts = await chat.send_album([picture(width * 10, 1000) for width in WIDTHS[:2]], "What is the cheaper one?")
    await window.arriving(2)
    window.turn(1.0)
    reply = await together(chat, posts[0], 2)
    first, second = stage.engine.requests
    assert [len(request.pictures) for request in (first, second)] == [2, 2]
    assert len({each.detail for each in second.pictures}) == 1
    assert second.pictures[0].detail.tokens > max(each.detail.tokens for each in first.pictures)
    assert reply.text.startswith("7.10")


@pytest.mark.usefixtures("bot")
async def test_one_cancel_ends_it(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """The text so far stays, and nothing is remembered."""
    stage.engine.hold = 1
    posts = await album(chat, window, 3, CHEAPER)
    growing = await chat.answer(posts[0], lambda post: post.text.startswith("A grey"))
    await chat.press("Cancel", growing)
    await chat.wait_until(lambda: "Cancelled: the answer ends here." in growing.text)
    assert seen(stage) == [[1, 2, 3]]
