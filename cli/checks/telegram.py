"""Telegram as seen from here: the way to it, the token, its clock, webhooks, groups."""

import contextlib
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from assistant.settings.settings import Settings
from bot.delivery.errors import reason
from bot.delivery.transport import transport
from bot.token import REFUSED, read_token
from cli.checks.verdicts import Remark, Wanting

MOST_OFF = 60.0
"""The seconds by which the clock may be wrong: certificates and the dates of messages bear that."""


class Line:
    """One connection to Telegram, for all checks; `date` is Telegram's clock when it last answered."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.date: float | None = None
        self.asked = 0.0
        self._broken = False

    @contextlib.asynccontextmanager
    async def bot(self) -> AsyncIterator[Bot]:
        """Open the bot.

        Raises:
            SettingsError: there is no token, or no usable proxy.
            Wanting: Telegram refuses the token, or cannot be reached.
            Remark: that was said already.
        """
        if self._broken:
            raise Remark("not asked, see token")
        self._broken = True
        telegram = self.settings.telegram
        token = read_token(telegram).get_secret_value()
        seconds = telegram.timeout_seconds
        request = HTTPXRequest(
            connect_timeout=seconds,
            read_timeout=seconds,
            httpx_kwargs={"transport": transport(telegram, 1), "event_hooks": {"response": [self._note]}},
        )
        try:
            async with Bot(token, telegram.base_url, telegram.base_file_url, request=request) as bot:
                self._broken = False
                yield bot
        except InvalidToken:
            raise Wanting(REFUSED) from None
        except TelegramError as error:
            why = reason(error)
            hint = "; is the clock right?" if "not yet valid" in why or "has expired" in why else ""
            raise Wanting(f"Telegram cannot be reached: {why}{hint}") from None

    async def _note(self, response: httpx.Response) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.date = parsedate_to_datetime(response.headers["date"]).timestamp()
            self.asked = time.time()


def check_proxy(line: Line) -> str:
    """Say which way leads to Telegram."""
    way = line.settings.telegram.way()
    host = urlsplit(line.settings.telegram.base_url).hostname
    return f"{host} is asked directly" if way is None else f"{host} is asked through {way.shown} ({way.named})"


async def check_token(line: Line) -> str:
    """Ask Telegram who the bot is."""
    async with line.bot() as bot:
        return f"the bot is @{bot.username}"


def check_clock(line: Line) -> str:
    """Compare the clock with Telegram's."""
    if line.date is None:
        raise Remark("not compared, as Telegram did not say its time")
    off = line.asked - line.date
    if abs(off) > MOST_OFF:
        raise Wanting(
            f"it is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} Telegram's: set it "
            "(timedatectl set-ntp true), else what people sent seems too old, or too new"
        )
    return f"within {max(1, round(abs(off)))} s of Telegram's"


async def check_webhook(line: Line) -> str:
    """See whether another program gets the messages."""
    wanted = line.settings.telegram.webhook_url
    async with line.bot() as bot:
        info = await bot.get_webhook_info()
    host, waiting = urlsplit(info.url).hostname, f"messages that wait at Telegram: {info.pending_update_count}"
    if info.url and urlsplit(info.url).hostname != urlsplit(wanted).hostname:
        raise Wanting(
            f"another program's webhook, at {host}, gets the messages: stop that program; `eyeglass run` then deletes "
            "the webhook. If you know none, have @BotFather revoke the token"
        )
    if info.url and info.last_error_message and info.pending_update_count:
        raise Wanting(f"Telegram cannot bring messages to {host} ({info.last_error_message}): see to your proxy there")
    if wanted:
        return f"{host}, {waiting}" if info.url else f"`eyeglass run` sets it; {waiting}"
    return f"none; {waiting}"


async def check_groups(line: Line) -> str:
    """Say what of a group's messages Telegram shows the bot."""
    settings = line.settings
    async with line.bot() as bot:
        me = bot.bot
    if not me.can_join_groups:
        if settings.access.chats:
            raise Wanting("it may be added to no group, but access.chats names some: /setjoingroups at @BotFather")
        raise Remark("it may be added to no group: /setjoingroups at @BotFather, if it is to be")
    if not me.can_read_all_group_messages:
        if settings.chats.watch:
            raise Wanting(
                "chats.watch is true, but privacy mode hides from it what does not name it: turn it off by /setprivacy "
                "at @BotFather, then add the bot to its groups again; or make it an admin there"
            )
        raise Remark(
            "privacy mode is on: it sees commands, replies to it, and what names it. For more, /setprivacy at "
            "@BotFather, and add it to its groups again; or make it an admin there"
        )
    return "it sees all messages (privacy mode is off)"
