"""The one ordered table: which handler an update goes to. In each group the first that fits is taken."""

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.access import QUESTIONS
from bot.context import BotContext, EyeglassApplication
from bot.handlers import (
    again,
    aside,
    closer,
    deadly,
    detail,
    errors,
    forget,
    gate,
    menu,
    others,
    people,
    pictures,
    questions,
    queue,
    settings,
    shown,
    stale,
    start,
    stopping,
    strangers,
    watch,
)

STOPS, GATE, DEADLY, AGE, WORK = range(5)
PICTURE = filters.PHOTO | filters.Document.ALL | filters.Sticker.ALL
MOVING = filters.ANIMATION | filters.VIDEO | filters.VIDEO_NOTE
QUESTION = filters.TEXT & ~filters.COMMAND
ANYTHING_ELSE = ~filters.StatusUpdate.ALL


def register(application: EyeglassApplication) -> None:
    """Put the table into the application."""
    application.add_handler(TypeHandler[Update, BotContext, None](Update, stopping.stop), group=STOPS)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, gate.admit), group=GATE)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, deadly.give_up), group=DEADLY)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, stale.turn_away), group=AGE)
    application.add_handlers(
        [
            CommandHandler("start", start.welcome),
            CommandHandler("help", start.explain),
            CommandHandler(QUESTIONS, questions.ask),
            CommandHandler("pictures", shown.show),
            CommandHandler("new", start.start_afresh),
            CommandHandler("settings", settings.show),
            CommandHandler("detail", detail.choose),
            CommandHandler("watch", watch.choose),
            CommandHandler("forget", forget.forget),
            CommandHandler("cancel", queue.cancel),
            CommandHandler("queue", queue.show),
            CommandHandler("status", queue.status),
            CommandHandler("people", people.show),
            CommandHandler("aside", aside.show),
            CommandHandler("allow", people.allow),
            CommandHandler("remove", people.remove),
            CallbackQueryHandler(start.press, pattern=start.PATTERN),
            CallbackQueryHandler(settings.press, pattern=menu.PATTERN),
            CallbackQueryHandler(detail.press, pattern=detail.PATTERN),
            CallbackQueryHandler(people.press, pattern=people.PATTERN),
            CallbackQueryHandler(aside.press, pattern=aside.PATTERN),
            CallbackQueryHandler(queue.press, pattern=queue.PATTERN),
            CallbackQueryHandler(shown.press, pattern=shown.PATTERN),
            CallbackQueryHandler(again.press, pattern=closer.PATTERN),
            CallbackQueryHandler(others.stale_button),
            ChatMemberHandler(strangers.invited, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(PICTURE | MOVING, pictures.look),
            MessageHandler(QUESTION, questions.ask),
            MessageHandler(ANYTHING_ELSE, others.decline),
        ],
        group=WORK,
    )
    application.add_error_handler(errors.report)
