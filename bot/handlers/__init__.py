"""The one ordered table of handlers. In each group the first that fits takes the update."""

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.addressing import QUESTIONS
from bot.context import BotContext, EyeglassApplication
from bot.delivery import answer_buttons, people_list, settings_menu
from bot.handlers import (
    aside,
    detail,
    errors,
    forget,
    gate,
    people,
    pictures,
    poison,
    questions,
    queue,
    recent_pictures,
    retry,
    settings,
    stale,
    start,
    stop_draft,
    strangers,
    unsupported,
    watch,
)

STOPS, GATE, POISON, AGE, WORK = range(5)
PICTURE = filters.PHOTO | filters.Document.ALL | filters.Sticker.ALL | filters.PAID_MEDIA
MOVING = filters.ANIMATION | filters.VIDEO | filters.VIDEO_NOTE
QUESTION = filters.TEXT & ~filters.COMMAND
SERVICE = filters.StatusUpdate.ALL | filters.SUCCESSFUL_PAYMENT | filters.PASSPORT_DATA
ANYTHING_ELSE = ~SERVICE & (filters.TEXT | filters.CHECKLIST | filters.ATTACHMENT)
"""What somebody sent to be seen; of what is not known here it may be Telegram that speaks, which wants no answer."""


def register(application: EyeglassApplication) -> None:
    """Register the table with the application."""
    application.add_handler(TypeHandler[Update, BotContext, None](Update, stop_draft.stop), group=STOPS)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, gate.admit), group=GATE)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, poison.give_up), group=POISON)
    application.add_handler(TypeHandler[Update, BotContext, None](Update, stale.turn_away), group=AGE)
    application.add_handlers(
        [
            CommandHandler("start", start.welcome),
            CommandHandler("help", start.explain),
            CommandHandler(QUESTIONS, questions.ask),
            CommandHandler("pictures", recent_pictures.show),
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
            CallbackQueryHandler(settings.press, pattern=settings_menu.PATTERN),
            CallbackQueryHandler(detail.press, pattern=detail.PATTERN),
            CallbackQueryHandler(people.press, pattern=people_list.PATTERN),
            CallbackQueryHandler(aside.press, pattern=aside.PATTERN),
            CallbackQueryHandler(queue.press, pattern=queue.PATTERN),
            CallbackQueryHandler(recent_pictures.press, pattern=recent_pictures.PATTERN),
            CallbackQueryHandler(retry.press, pattern=answer_buttons.PATTERN),
            CallbackQueryHandler(unsupported.stale_button),
            ChatMemberHandler(strangers.invited, ChatMemberHandler.MY_CHAT_MEMBER),
            MessageHandler(PICTURE | MOVING, pictures.look),
            MessageHandler(QUESTION, questions.ask),
            MessageHandler(ANYTHING_ELSE, unsupported.decline),
        ],
        group=WORK,
    )
    application.add_error_handler(errors.report)
