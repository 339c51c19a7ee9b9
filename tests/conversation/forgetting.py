"""/forget as a person uses it: the command, the bot's question, the press."""

from playground import Chat, Post
from playground.people import Person

DELETE, KEEP = "forget:delete", "forget:keep"
WAIT = 10.0


def asks(post: Post) -> bool:
    """Whether the message is the bot's question, with its buttons."""
    return [button.data for button in post.buttons] == [DELETE, KEEP]


async def asked(chat: Chat, said: Post, seconds: float = WAIT) -> Post:
    """Return the bot's question about a /forget."""
    return await chat.answer(said, lambda post: post.reply_to == said.id and asks(post), seconds)


async def wish(chat: Chat, *, by: Person | None = None, seconds: float = WAIT, topic: int | None = None) -> Post:
    """Send /forget and press Delete; return the question, which becomes the result."""
    question = await asked(chat, await chat.send("/forget", by=by, topic=topic), seconds)
    await chat.press(DELETE, question, by=by)
    return question


async def forget(chat: Chat, *, by: Person | None = None, topic: int | None = None) -> Post:
    """Have everything of a chat deleted; return the message that says so: the question without its buttons."""
    question = await wish(chat, by=by, topic=topic)
    await chat.wait_until(lambda: question.text.startswith("Deleted"))
    assert question.buttons == []
    return question
