"""/pictures: list the recent pictures; a button goes back to one of them."""

import logging

from telegram import Chat, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from assistant.access import inert, one_line
from assistant.storage import Picture
from assistant.texts import Sentence, Texts
from assistant.wording.question import as_typed
from bot.context import BotContext
from bot.delivery.message import Place, topic_of
from bot.delivery.reply import Reply
from bot.delivery.say import acknowledge
from bot.render import Part

PREFIX = "picture:"
PATTERN = rf"^{PREFIX}([0-9]{{1,15}})\Z"
MOST = 10
IN_A_ROW = 5

SOURCES = {"photo": Sentence.IS_PHOTO, "file": Sentence.IS_FILE, "preview": Sentence.IS_PREVIEW}

_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> None:
    """Handle /pictures: list the newest ones, numbered, with the last question about each."""
    message, services = context.incoming.message, context.services
    pictures = await services.pictures.recent(message.chat.id, MOST)
    if not pictures:
        private = message.chat.type == Chat.PRIVATE
        await context.say(Sentence.SEND_PICTURE_FIRST if private else Sentence.NO_PICTURE_HERE)
        return
    texts, asked = context.incoming.texts, await services.turns.last_questions(pictures)
    lines = [_line(texts, number, picture, asked.get(picture.id)) for number, picture in enumerate(pictures, start=1)]
    await context.say_text("\n".join([texts.say(Sentence.PICTURES_HERE), *lines]), _buttons(pictures))


async def press(update: Update, context: BotContext) -> None:
    """Handle a picture's button: the next question is about it. The reply to its message shows which one that is."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or query.data is None or chat is None:
        return
    texts, pictures = context.incoming.texts, context.services.pictures
    picture = await pictures.get(int(query.data.removeprefix(PREFIX)))
    if picture is None or picture.chat != chat.id:
        _log.info("user %d goes back to a picture that is not there in chat %d", query.from_user.id, chat.id)
        await acknowledge(query, texts.say(Sentence.PICTURE_GONE))
        return
    await acknowledge(query)
    topic = topic_of(query.message) if isinstance(query.message, Message) else None
    await pictures.look_at([picture], chat.id, topic, query.from_user.id)
    place = Place(chat.id, picture.message_id if picture.message_id > 0 else None, topic)
    await pictures.about([picture], await Reply(context.bot, place).finish([Part(texts.say(Sentence.WHAT_TO_KNOW))]))


def _line(texts: Texts, number: int, picture: Picture, asked: str | None) -> str:
    if picture.page:
        what = texts.say(Sentence.PAGE_OF, page=picture.page, pages=picture.pages)
    else:
        what = texts.say(SOURCES[picture.source], width=picture.width, height=picture.height)
    line = f"{number}. {what}"
    return f"{line} – {inert(one_line(as_typed(asked)))}" if asked else line


def _buttons(pictures: list[Picture]) -> InlineKeyboardMarkup:
    buttons = [
        InlineKeyboardButton(str(number), callback_data=f"{PREFIX}{picture.id}")
        for number, picture in enumerate(pictures, start=1)
    ]
    return InlineKeyboardMarkup([buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)])
