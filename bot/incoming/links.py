"""Find out whether a message is about what a link leads to."""

from collections.abc import Iterator

from telegram import Message, MessageEntity, User

from assistant.wording.links import Link
from assistant.wording.question import read
from bot.addressing import QUESTIONS, command_of, leading_command, without_mention


def is_about_link(message: Message, bot: User) -> bool:
    """Whether a text is about what a link in it leads to; a link in a caption belongs to the question."""
    return any(link.is_the_matter for link in _links(message, bot))


def _links(message: Message, bot: User) -> Iterator[Link]:
    """Yield the links of a text, each with what is said around it: neither a command nor the bot's name, nor tags."""
    text = (message.text or "").encode("utf-16-le")  # Telegram counts in its units.
    command = leading_command(message) if command_of(message, bot) in QUESTIONS else None
    start = 2 * len(command or "")
    for entity, shown in message.parse_entities([MessageEntity.URL, MessageEntity.TEXT_LINK]).items():
        begin, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        before, after = (
            read(without_mention(part.decode("utf-16-le"), bot)).text for part in (text[start:begin], text[end:])
        )
        yield Link(entity.url or shown, before, after)
