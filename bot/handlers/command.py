"""The handler of a command, in a text or in the caption of what somebody sends."""

from collections.abc import Callable, Collection, Coroutine
from typing import Any

from telegram import Chat, Update
from telegram.ext import Application, BaseHandler

from bot.addressing import QUESTIONS, arguments_of, command_of, leading_command, names_its_bot
from bot.context import BotContext
from bot.handlers.pictures import take_in

LEAVING_NOTHING = frozenset({"new", "forget"})
"""The commands after which no picture is to be looked at, not even the one that they came with."""

Callback = Callable[[Update, BotContext], Coroutine[Any, Any, None]]


class Command(BaseHandler[Update, BotContext, None]):
    """Handle the commands with these names, or without names any that is left; fill in `context.args`.

    What a command came with, as its caption, is taken in as if it had been sent alone. Commands that ask something are
    handled in texts only: a caption's question is about its picture.
    """

    def __init__(self, names: str | Collection[str] | None, callback: Callback) -> None:
        super().__init__(callback)
        self.names = frozenset({names} if isinstance(names, str) else names or ())

    def check_update(self, update: object) -> list[str] | None:
        """Return the words after the command; None if it is another one, or none."""
        message = (update.message or update.edited_message) if isinstance(update, Update) else None
        if message is None or leading_command(message) is None:
            return None
        name = command_of(message, message.get_bot().bot)
        if message.text is None and name in QUESTIONS:
            return None
        fits = name in self.names if self.names else name is not None or message.chat.type == Chat.PRIVATE
        return arguments_of(message) if fits else None

    def collect_additional_context(
        self,
        context: BotContext,
        update: Update,
        application: Application[Any, Any, Any, Any, Any, Any],
        check_result: object,
    ) -> None:
        """Note the words after the command."""
        context.args = check_result if isinstance(check_result, list) else None

    async def handle_update(
        self,
        update: Update,
        application: Application[Any, BotContext, Any, Any, Any, Any],
        check_result: object,
        context: BotContext,
    ) -> None:
        """Do what the command says, then take in what it came with."""
        await super().handle_update(update, application, check_result, context)
        message = context.incoming.message
        ours = bool(self.names) or names_its_bot(message)
        if message.text is None and self.names.isdisjoint(LEAVING_NOTHING) and ours:
            await context.settings_changed()
            await take_in(context)
