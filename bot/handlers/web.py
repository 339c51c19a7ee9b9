"""/web: a link to the page in a browser, for the person who asks."""

from telegram import Chat, InlineKeyboardButton, InlineKeyboardMarkup, Update

from assistant.texts import PageSentence
from bot.context import BotContext


async def send_link(update: Update, context: BotContext) -> None:
    """Handle /web. The link is a key: it goes to its person alone, under a button, of which there is no preview."""
    incoming, texts = context.incoming, context.incoming.texts
    link_for = context.services.page.link_for
    if link_for is None:
        await context.say_text(texts.say(PageSentence.NO_PAGE))
    elif incoming.chat.type != Chat.PRIVATE or incoming.asker.id is None:
        await context.say_text(texts.say(PageSentence.IN_PRIVATE_ONLY))
    elif (link := link_for(incoming.asker.id)) is None:
        await context.say_text(texts.say(PageSentence.ON_THE_MACHINE_ONLY))
    else:
        button = InlineKeyboardButton(texts.say(PageSentence.BUTTON_OPEN), url=link)
        await context.say_text(texts.say(PageSentence.LINK), InlineKeyboardMarkup([[button]]))
