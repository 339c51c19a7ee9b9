"""The one ordered table of handlers. In each group the first that fits takes the update."""

from telegram import Update
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.addressing import QUESTIONS
from bot.context import BotContext, EyeglassApplication
from bot.delivery import answer_buttons, forget_buttons, people_list, settings_menu
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
    seen,
    settings,
    small_talk,
    stale,
    start,
    stop_draft,
    strangers,
    unsupported,
    watch,
    web,
)
from bot.handlers.command import Command

STOPS, GATE, POISON, AGE, WORK = range(5)
PICTURE = filters.PHOTO | filters.Document.ALL | filters.PAID_MEDIA
MOVING = filters.ANIMATION | filters.VIDEO | filters.VIDEO_NOTE
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
            Command("start", start.welcome),
            Command("help", start.explain),
            Command(QUESTIONS, questions.ask),
            Command("pictures", recent_pictures.show),
            Command("new", start.start_afresh),
            Command("settings", settings.show),
            Command("detail", detail.choose),
            Command("watch", watch.choose),
            Command("forget", forget.ask),
            Command("cancel", queue.cancel),
            Command("queue", queue.show),
            Command("status", queue.status),
            Command("web", web.send_link),
            Command("people", people.show),
            Command("aside", aside.show),
            Command("allow", people.allow),
            Command("remove", people.remove),
            CallbackQueryHandler(start.press, pattern=start.PATTERN),
            CallbackQueryHandler(settings.press, pattern=settings_menu.PATTERN),
            CallbackQueryHandler(detail.press, pattern=detail.PATTERN),
            CallbackQueryHandler(seen.press, pattern=seen.PATTERN),
            CallbackQueryHandler(people.press, pattern=people_list.PATTERN),
            CallbackQueryHandler(forget.press, pattern=forget_buttons.PATTERN),
            CallbackQueryHandler(aside.press, pattern=aside.PATTERN),
            CallbackQueryHandler(queue.press, pattern=queue.PATTERN),
            CallbackQueryHandler(recent_pictures.press, pattern=recent_pictures.PATTERN),
            CallbackQueryHandler(retry.press, pattern=answer_buttons.PATTERN),
            CallbackQueryHandler(unsupported.stale_button),
            ChatMemberHandler(strangers.invited, ChatMemberHandler.MY_CHAT_MEMBER),
            Command(None, unsupported.decline_command),
            MessageHandler(small_talk.GESTURE, small_talk.nod),
            MessageHandler(PICTURE | MOVING, pictures.look),
            MessageHandler(small_talk.SMALL_TALK, small_talk.meet),
            MessageHandler(filters.TEXT, questions.ask),
            MessageHandler(ANYTHING_ELSE, unsupported.decline),
        ],
        group=WORK,
    )
    application.add_error_handler(errors.report)
