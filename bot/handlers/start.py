"""/start, /help with its pages, and /new."""

from telegram import Chat, InlineKeyboardButton, InlineKeyboardMarkup, Update

from assistant.abilities import NEEDS, examples, missing_for
from assistant.texts import Sentence, Texts
from bot.context import BotContext
from bot.delivery import command_menus
from bot.delivery.model_facts import with_limits
from bot.delivery.say import acknowledge, redraw
from bot.handlers import sample
from bot.handlers.introduction import introduction
from model_service import EngineInfo

PREFIX, TRY, FORMS, PRINT, GROUPS, COMMANDS, BACK = "help", "try", "forms", "print", "groups", "commands", "back"
PATTERN = rf"^{PREFIX}:({TRY}|{FORMS}|{PRINT}|{GROUPS}|{COMMANDS}|{BACK})\Z"

BUTTONS = {
    TRY: Sentence.BUTTON_TRY,
    FORMS: Sentence.BUTTON_FORMS,
    PRINT: Sentence.BUTTON_PRINT,
    GROUPS: Sentence.BUTTON_GROUPS,
    COMMANDS: Sentence.BUTTON_COMMANDS,
}
PAGES = {FORMS: Sentence.HELP_FORMS, PRINT: Sentence.HELP_PRINT, GROUPS: Sentence.HELP_GROUPS}


async def welcome(update: Update, context: BotContext) -> None:
    """Handle /start: say what the bot is for, in private with an example to try."""
    incoming, info = context.incoming, context.services.model.info
    if not incoming.private:
        said = await introduction(context, incoming.chat.id, incoming.texts)
        await context.say_text(with_limits(incoming.texts, said, info))
    elif not await sample.show(update, context):
        await context.say_text(with_limits(incoming.texts, incoming.texts.say(Sentence.WELCOME), info))


async def explain(update: Update, context: BotContext) -> None:
    """Handle /help: say what the bot can do, by example, with buttons for more."""
    texts, private = context.incoming.texts, context.incoming.message.chat.type == Chat.PRIVATE
    await context.say_text(*_page(texts, BACK, private, context.services.model.info))


async def press(update: Update, context: BotContext) -> None:
    """Handle a button of /help: turn to that page, or show the example."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or query.data is None or chat is None:
        return
    await acknowledge(query)
    name = query.data.removeprefix(f"{PREFIX}:")
    if name == TRY:
        await sample.show(update, context)
    else:
        info = context.services.model.info
        await redraw(query, *_page(context.incoming.texts, name, chat.type == Chat.PRIVATE, info))


async def start_afresh(update: Update, context: BotContext) -> None:
    """Handle /new: forget the current pictures, so that the next question is about none until one comes."""
    services, incoming = context.services, context.incoming
    await services.pictures.look_at([], incoming.chat.id, incoming.topic)
    await services.heard.drop(incoming.chat.id, incoming.topic or 0, incoming.asker.id)
    await context.say(Sentence.STARTED_AFRESH)


def _page(texts: Texts, name: str, private: bool, info: EngineInfo | None) -> tuple[str, InlineKeyboardMarkup]:
    """Return a page's text and the buttons under it; none promises what the loaded model cannot do."""
    if name == COMMANDS:
        return command_menus.listing(texts, private, info), _buttons(texts, BACK)
    if name in PAGES:
        return texts.say(PAGES[name], **examples(texts, info)), _buttons(texts, BACK)
    buttons = _buttons(texts, *(button for button in BUTTONS if private or button != TRY))
    return with_limits(texts, _help(texts, info), info), buttons


def _help(texts: Texts, info: EngineInfo | None) -> str:
    """Return the first page, without the lines of commands that the loaded model cannot do."""
    said = texts.say(Sentence.HELP, **examples(texts, info))
    beyond = tuple(f"/{command} " for command in NEEDS if missing_for(command, info))
    return "\n".join(line for line in said.split("\n") if not line.startswith(beyond))


def _buttons(texts: Texts, *names: str) -> InlineKeyboardMarkup:
    labels = {name: texts.say(BUTTONS.get(name, Sentence.BUTTON_BACK)) for name in names}
    buttons = [InlineKeyboardButton(label, callback_data=f"{PREFIX}:{name}") for name, label in labels.items()]
    return InlineKeyboardMarkup([buttons[start : start + 2] for start in range(0, len(buttons), 2)])
