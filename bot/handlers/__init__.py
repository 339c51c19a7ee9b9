"""The one ordered table: which handler an update goes to. In each group the first that fits is taken."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, TypeHandler, filters

from bot.context import BotContext, EyeglassApplication
from bot.handlers import detail, errors, gate, others, pictures, questions, start

GATE, WORK = 0, 1
PICTURE = filters.PHOTO | filters.Document.ALL
QUESTION = filters.TEXT & ~filters.COMMAND
ANYTHING_ELSE = ~filters.StatusUpdate.ALL

COMMANDS = ("detail", "new", "help")
"""What Telegram's menu offers; /start is pressed for everybody."""


def register(application: EyeglassApplication) -> None:
    """Put the table into the application."""
    application.add_handler(TypeHandler[Update, BotContext, None](Update, gate.admit), group=GATE)
    application.add_handlers(
        [
            CommandHandler("start", start.welcome),
            CommandHandler("help", start.explain),
            CommandHandler("new", start.start_afresh),
            CommandHandler("detail", detail.choose),
            CallbackQueryHandler(detail.press, pattern=detail.PATTERN),
            CallbackQueryHandler(others.stale_button),
            MessageHandler(PICTURE, pictures.look),
            MessageHandler(QUESTION, questions.ask),
            MessageHandler(ANYTHING_ELSE, others.decline),
        ],
        group=WORK,
    )
    application.add_error_handler(errors.report)
