"""A model that thinks before it answers: where it is wanted, what is shown of it, and what is kept."""

import pytest
from telegram import MessageEntity

from playground import Chat, Post
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

ASKED = "How much is left?"
TITLE = "What I thought before I answered:"
QUOTE = MessageEntity.EXPANDABLE_BLOCKQUOTE


@pytest.fixture(autouse=True)
def thoughtful(stage: Stage) -> None:
    """A model that can think."""
    stage.engine.thoughts = ("10 less ", "3.")
    stage.engine.pieces = ("7.",)


def quoted(post: Post) -> list[str]:
    """Return the collapsed quotes of a message; its texts here have no character of two units."""
    entities = [each for each in post.content.get("entities", []) if each["type"] == QUOTE]
    return [post.text[each["offset"] : each["offset"] + each["length"]] for each in entities]


@pytest.mark.usefixtures("bot")
async def test_it_does_not_think_until_it_is_asked_to(stage: Stage, chat: Chat) -> None:
    """By the button under an answer; the thoughts are a quote of their own, and the answer is the answer alone."""
    post = await chat.send_photo(picture(), ASKED)
    first = await final(chat, post)
    assert quoted(first) == []
    await chat.press("Think it over", first)
    second = await final(chat, first)
    assert [request.thinking for request in stage.engine.requests] == [0, 2048]
    assert stage.engine.requests[-1].messages[-1].text == ASKED
    assert quoted(second) == [f"{TITLE}\n10 less 3."]
    assert second.text.startswith("7.")
    assert "Think it over" not in str(second.reply_markup)
    await chat.wait_until(lambda: "Think it over" not in str(first.reply_markup))


@pytest.mark.usefixtures("bot")
async def test_thoughts_are_never_in_the_history(stage: Stage, chat: Chat) -> None:
    """Neither of the next question, nor after a restart."""
    first = await final(chat, await chat.send_photo(picture(), ASKED))
    await chat.press("Think it over", first)
    second = await final(chat, first)
    await stage.stop()
    await stage.start()
    await final(chat, await chat.send("And then?", reply_to=second))
    request = stage.engine.requests[-1]
    assert request.thinking == 0
    assert not any("10 less" in message.text for message in request.messages)
    assert [message.text for message in request.messages] == [ASKED, "7.", ASKED, "7.", "And then?"]


async def test_a_setting_has_it_think_always(stage: Stage, chat: Chat) -> None:
    """Within its bound; what is read out needs no thoughts."""
    stage.values["model"] |= {"thinking": True, "thinking_tokens": 99}
    await stage.start()
    reply = await final(chat, await chat.send_photo(picture(), ASKED))
    assert quoted(reply) == [f"{TITLE}\n10 less 3."]
    await final(chat, await chat.send("/text", reply_to=reply))
    assert [request.thinking for request in stage.engine.requests] == [99, 0]


async def test_a_model_that_cannot_think_is_not_asked_to(stage: Stage, chat: Chat) -> None:
    """Whatever was set; there is no button."""
    stage.engine.thoughts = ()
    stage.values["model"] |= {"thinking": True}
    await stage.start()
    reply = await final(chat, await chat.send_photo(picture(), ASKED))
    assert [request.thinking for request in stage.engine.requests] == [0]
    assert "Think it over" not in str(reply.reply_markup)


async def test_nothing_but_thoughts_is_said_to_be_no_answer(stage: Stage, chat: Chat) -> None:
    """They are shown, and not remembered."""
    stage.engine.only_thinks = True
    stage.values["model"] |= {"thinking": True}
    await stage.start()
    post = await chat.send_photo(picture(), ASKED)
    reply = await final(chat, post)
    assert reply.text.startswith("I thought as long as I may, and came to no answer.")
    assert quoted(reply) == [f"{TITLE}\n10 less 3."]
    assert "Turn" not in str(reply.reply_markup)
    stage.engine.only_thinks = False
    await final(chat, await chat.send("And then?", reply_to=post))
    assert [message.text for message in stage.engine.requests[-1].messages] == ["And then?"]


async def test_long_thoughts_have_a_message_of_their_own(stage: Stage, chat: Chat) -> None:
    """Cut to what one holds, in characters of two units too."""
    stage.engine.thoughts = ("so 𝒳 " * 1500,)
    stage.values["model"] |= {"thinking": True}
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    long = await chat.wait_for(lambda post: post.by_bot and post.text.startswith(TITLE))
    assert len(long.text.encode("utf-16-le")) // 2 <= 4096
    assert long.text.endswith("…")
    (entity,) = long.content["entities"]
    assert (entity["type"], entity["offset"]) == (QUOTE, 0)


@pytest.mark.usefixtures("bot")
async def test_pictures_that_are_seen_together_are_thought_over_together(stage: Stage, chat: Chat) -> None:
    """One quote for the one answer."""
    stage.engine.together = 4
    await stage.stop()
    await stage.start()
    posts = await chat.send_album([picture(), picture(100)], "Which is cheaper?")
    first = await chat.answer(posts[0], lambda post: "read together" in post.text)
    await chat.press("Think it over", first)
    second = await chat.answer(first, lambda post: post.reply_to == first.id and "read together" in post.text)
    assert quoted(second) == [f"{TITLE}\n10 less 3."]
    assert [len(request.pictures) for request in stage.engine.requests] == [2, 2]


async def test_status_names_the_family_and_its_dial(stage: Stage, chat: Chat) -> None:
    """Where it is known; else nothing is said of it."""
    stage.engine.family, stage.engine.together = "GLM-4.6V", 8
    await stage.start()
    said = (await chat.answer(await chat.send("/status"))).text
    assert "Family: GLM-4.6V; a visual token sees 28x28 pixels, a picture gets up to 1600 tokens" in said
    assert "seen at once: 8 pictures" in said
    await stage.stop()
    stage.engine.family = ""
    await stage.start()
    again = await chat.send("/status")
    assert "Family" not in (await chat.answer(again)).text
