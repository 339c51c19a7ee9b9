"""/detail: the level of detail of a chat or a topic; in a group its admins decide about it."""

from collections.abc import Iterator

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from assistant.notes_under import SEPARATOR
from assistant.settings.chat_settings import Setting
from assistant.settings.detail_setting import Auto, DetailSetting, read_detail
from assistant.texts import LEVELS, PURPOSES, Count, LookSentence, Sentence, Texts
from assistant.wording.levels import wanted_in
from bot.context import BotContext, Services
from bot.delivery.message import topic_of
from bot.delivery.model_facts import useful_tokens
from bot.delivery.say import acknowledge, redraw
from bot.delivery.settings_menu import CHOSEN, detail_label, setting_name
from bot.incoming.admins import may_change_settings
from model_service import LEVEL_TOKENS, MAX_TOKENS, MIN_TOKENS, Detail, EngineInfo, Level

PREFIX = "detail:"
PATTERN = rf"^{PREFIX}({'|'.join((Auto.AUTO, *LEVEL_TOKENS))})\Z"
SEEN = f"{PREFIX}seen"
"""The data of the button that shows the current picture at the level that is set."""


async def choose(update: Update, context: BotContext) -> None:
    """Handle /detail: show the levels; /detail high, /detail=高 or /detail 384 tokens chooses one."""
    message, texts = context.incoming.message, context.incoming.texts
    info = context.services.model.info
    words = " ".join(context.args or ())
    if not words:
        current = context.incoming.settings.detail
        await context.say_text(_choice(texts, current, context.services), keyboard(texts, current, info))
        return
    detail = wanted_in(words)
    if detail is None:
        await context.say_text(levels(texts, info))
        return
    if not await may_change_settings(context):
        await context.say(Sentence.GROUP_ADMINS_ONLY)
        return
    await context.services.chats.choose(Setting.DETAIL, str(detail), message.chat.id, topic_of(message))
    await context.say_text(_chosen(texts, detail, context.services.model.info))


async def press(update: Update, context: BotContext) -> None:
    """Handle a button under /detail: choose, and move the mark."""
    query = update.callback_query
    if query is None or query.data is None or query.message is None:
        return
    menu, texts = query.message, context.incoming.texts
    if menu.chat.is_forum and not menu.is_accessible:
        await acknowledge(query, texts.say(Sentence.BUTTON_STALE))  # Nobody knows in which topic it stood.
        return
    if not await may_change_settings(context):
        await acknowledge(query, texts.say(Sentence.GROUP_ADMINS_ONLY))
        return
    detail = read_detail(query.data.removeprefix(PREFIX))
    topic = topic_of(menu) if isinstance(menu, Message) else None
    await context.services.chats.choose(Setting.DETAIL, str(detail), menu.chat.id, topic)
    info = context.services.model.info
    await acknowledge(query, _chosen(texts, detail, info))
    await redraw(query, _choice(texts, detail, context.services), keyboard(texts, detail, info))


def keyboard(texts: Texts, current: DetailSetting, info: EngineInfo | None) -> InlineKeyboardMarkup:
    """Return a button for auto and for each level, the current one marked; the last one shows what that shows."""
    rows = []
    choices: list[DetailSetting] = [Auto.AUTO, *map(Detail, LEVEL_TOKENS.values())]
    for choice in choices:
        label = (CHOSEN if choice == current else "") + detail_label(texts, choice, info)
        rows.append([InlineKeyboardButton(label, callback_data=f"{PREFIX}{choice}")])
    rows.append([InlineKeyboardButton(texts.say(Sentence.BUTTON_SEEN), callback_data=SEEN)])
    return InlineKeyboardMarkup(rows)


def levels(texts: Texts, info: EngineInfo | None) -> str:
    """Say that there is no such level, and list those that there are, as they can be typed."""
    said = texts.say(Sentence.DETAIL_UNKNOWN, least=MIN_TOKENS, most=MAX_TOKENS)
    lines = [_auto(texts, typed=True), *(_line(texts, level, info, typed=True) for level in LEVEL_TOKENS)]
    return "\n".join([said, "", *lines])


def _choice(texts: Texts, current: DetailSetting, services: Services) -> str:
    """Return the levels with what is known of them on this machine."""
    info = services.model.info
    lines = [SEPARATOR.join([_line(texts, level, info), *_known(texts, level, services)]) for level in LEVEL_TOKENS]
    said = texts.say(Sentence.DETAIL_CHOICE, current=setting_name(texts, current))
    return "\n".join([said, "", _auto(texts), *lines])


def _auto(texts: Texts, *, typed: bool = False) -> str:
    name = texts.say(LookSentence.LEVEL_AUTO)
    if typed and name != Auto.AUTO:
        name = f"{name} ({Auto.AUTO})"
    return texts.say(LookSentence.AUTO_LINE, level=name, purpose=texts.say(LookSentence.PURPOSE_AUTO))


def _line(texts: Texts, level: Level, info: EngineInfo | None, *, typed: bool = False) -> str:
    name, purpose = texts.say(LEVELS[level]), texts.say(PURPOSES[level])
    if typed and name != level:
        name = f"{name} ({level})"
    tokens = Count.TOKENS.of(useful_tokens(Detail(LEVEL_TOKENS[level]), info))
    return texts.say(Sentence.DETAIL_LINE, level=name, tokens=tokens, purpose=purpose)


def _known(texts: Texts, level: Level, services: Services) -> Iterator[str]:
    """Yield the limit of memory, if it is below the level, and the time to the first word, once that was measured."""
    info, tokens = services.model.info, LEVEL_TOKENS[level]
    if info is not None and useful_tokens(Detail(tokens), info) > info.max_visual_tokens:
        tokens = info.max_visual_tokens
        yield texts.say(Sentence.DETAIL_BEYOND, tokens=Count.TOKENS.of(tokens))
    seconds = services.latency.typical(Detail(tokens))
    if seconds is not None:
        yield texts.say(Sentence.DETAIL_SECONDS, seconds=f"{seconds:.1f}")


def _chosen(texts: Texts, detail: DetailSetting, info: EngineInfo | None) -> str:
    if isinstance(detail, Auto):
        return texts.say(LookSentence.AUTO_CHOSEN)
    tokens = Count.TOKENS.of(useful_tokens(detail, info))
    if detail.level is None:
        return texts.say(Sentence.TOKENS_CHOSEN, tokens=tokens)
    return texts.say(Sentence.DETAIL_CHOSEN, level=texts.level(detail), tokens=tokens)
