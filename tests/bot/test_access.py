"""Tests of access, and of when the bot is addressed."""

from typing import Any

import pytest
from telegram import Chat, Message, Update, User

from assistant.access import OUTCOMES, Action, Verdict, may, one_line
from assistant.settings.settings import AccessSettings
from assistant.storage import Admission, Standing
from bot.addressing import command_of, is_addressed, judge_sender, without_mention

BOT = User(99, "Eyeglass", True, username="eyeglass_bot")
ADA = User(42, "Ada", False)
OTHER_BOT = User(43, "Other", True)
PRIVATE = Chat(42, Chat.PRIVATE)
GROUP = Chat(-100, Chat.SUPERGROUP)
CHANNEL = Chat(-200, Chat.CHANNEL)
CLOSED = AccessSettings()
LISTED = AccessSettings(users=(42,), chats=(-100,))
OPEN = AccessSettings(mode="open")
STAND_IN_LISTED = AccessSettings(users=(136817688,))


@pytest.mark.parametrize(
    ("access", "chat", "user", "verdict"),
    [
        (CLOSED, PRIVATE, ADA, Verdict.STRANGER),
        (CLOSED, GROUP, ADA, Verdict.IGNORED),
        (OPEN, PRIVATE, ADA, Verdict.WELCOME),
        (OPEN, GROUP, ADA, Verdict.WELCOME),
        (LISTED, PRIVATE, ADA, Verdict.WELCOME),
        (LISTED, GROUP, User(1, "Ben", False), Verdict.WELCOME),
        (LISTED, Chat(-101, Chat.GROUP), ADA, Verdict.WELCOME),
        (LISTED, Chat(-101, Chat.GROUP), User(1, "Ben", False), Verdict.IGNORED),
        (OPEN, CHANNEL, None, Verdict.IGNORED),
        (OPEN, None, ADA, Verdict.IGNORED),
        (OPEN, PRIVATE, OTHER_BOT, Verdict.IGNORED),
        (OPEN, GROUP, OTHER_BOT, Verdict.IGNORED),
        (LISTED, GROUP, None, Verdict.WELCOME),
        (LISTED, GROUP, User(1087968824, "Group", True), Verdict.WELCOME),
        (LISTED, GROUP, User(136817688, "Channel", True), Verdict.WELCOME),
        (OPEN, GROUP, User(136817688, "Channel", True), Verdict.WELCOME),
        (CLOSED, GROUP, User(136817688, "Channel", True), Verdict.IGNORED),
        (STAND_IN_LISTED, GROUP, User(136817688, "Channel", True), Verdict.IGNORED),
    ],
)
def test_who_may_speak(access: AccessSettings, chat: Chat | None, user: User | None, verdict: Verdict) -> None:
    """Listed people everywhere, everybody in listed groups; strangers are answered in private alone."""
    assert judge_sender(access, False, chat, user) is verdict


def said(text: str = "", chat: Chat = GROUP, **more: Any) -> Message:
    """Return a message; commands and mentions in it are marked as Telegram marks them."""
    entities = []
    position = 0
    for word in text.split(" "):
        kind = {"/": "bot_command", "@": "mention"}.get(word[:1])
        if kind:
            entities.append({"type": kind, "offset": position, "length": len(word.rstrip(",?"))})
        position += len(word) + 1
    data = {"message_id": 1, "date": 1, "chat": chat.to_dict(), "from": ADA.to_dict(), "text": text}
    update = Update.de_json({"update_id": 1, "message": data | {"entities": entities} | more}, None)
    assert update.message is not None
    return update.message


def reply_to(user: User, **more: Any) -> dict[str, Any]:
    """Return the field of a reply to a message of this user."""
    return {"reply_to_message": {"message_id": 1, "date": 1, "chat": GROUP.to_dict(), "from": user.to_dict()} | more}


@pytest.mark.parametrize(
    ("message", "addressed"),
    [
        (said("Hi", chat=PRIVATE), True),
        (said("Hi"), False),
        (said("@eyeglass_bot hi"), True),
        (said("hi @Eyeglass_Bot, you"), True),
        (said("@somebody hi"), False),
        (said("mail me at x@eyeglass_bot"), False),
        (said("/detail high"), True),
        (said("/detail@eyeglass_bot"), True),
        (said("/detail@other_bot"), False),
        (said("see /detail"), False),
        (said("Hi", **reply_to(BOT)), True),
        (said("Hi", **reply_to(ADA)), False),
        (said("Hi", **reply_to(BOT, forum_topic_created={"name": "Cats", "icon_color": 1})), False),
        (said(entities=[], caption="hey", caption_entities=[]), False),
        (said("@somebody see", **reply_to(BOT)), False),
        (said("see @somebody", **reply_to(BOT)), False),
        (said("@bob see", entities=[], **reply_to(BOT)), False),
        (said("  @bob see", entities=[], **reply_to(BOT)), False),
        (said("@小明 看", entities=[], **reply_to(BOT)), False),
        (said("@eyeglass_bot2 see", **reply_to(BOT)), False),
        (said("", caption="@bob see", caption_entities=[], **reply_to(BOT)), False),
        (said("/weather@other_bot", **reply_to(BOT)), False),
        (said("@somebody and @eyeglass_bot, what?", **reply_to(BOT)), True),
        (said("@eyeglass_bot and @somebody, what?", **reply_to(BOT)), True),
        (said("@eyeglass_bot你好", entities=[], **reply_to(BOT)), True),
        (said("/detail @somebody", **reply_to(BOT)), True),
        (said("/unknown", **reply_to(BOT)), True),
        (said("@ 5 pm?", entities=[], **reply_to(BOT)), True),
        (said("@5 pm?", entities=[], **reply_to(BOT)), True),
        (said("Is it ada@example.com?", entities=[], **reply_to(BOT)), True),
        (said("@somebody see", chat=PRIVATE, **reply_to(BOT)), True),
    ],
)
def test_when_the_bot_is_meant(message: Message, addressed: bool) -> None:
    """In private always; in groups by mention, command, or a reply that names nobody else."""
    assert is_addressed(message, BOT) is addressed


def test_a_mention_in_a_caption_counts() -> None:
    """Also one of a bot without a name to mention, by its id."""
    entity = {"type": "mention", "offset": 0, "length": 13}
    assert is_addressed(said(caption="@eyeglass_bot what?", caption_entities=[entity]), BOT)
    by_id = {"type": "text_mention", "offset": 0, "length": 3, "user": BOT.to_dict()}
    assert is_addressed(said("Bot", entities=[by_id]), BOT)


def test_a_reply_that_names_somebody_by_id_is_for_them() -> None:
    """Of people without a username; the bot's own name by id is the bot's."""
    for user, addressed in ((ADA, False), (BOT, True)):
        entity = {"type": "text_mention", "offset": 0, "length": 3, "user": user.to_dict()}
        assert is_addressed(said("Ada, look", entities=[entity], **reply_to(BOT)), BOT) is addressed


def test_commands_are_read_without_slash_and_name() -> None:
    """Lower-case; another bot's are none."""
    assert command_of(said("/Detail@eyeglass_bot high"), BOT) == "detail"
    assert command_of(said("/new@other_bot"), BOT) is None
    assert command_of(said("new"), BOT) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("@eyeglass_bot what is this?", "what is this?"),
        ("What is this, @Eyeglass_Bot?", "What is this?"),
        ("Now @eyeglass_bot what is\nthis?", "Now what is\nthis?"),
        ("@eyeglass_bot", ""),
        ("@eyeglass_bot2 is  another", "@eyeglass_bot2 is  another"),
        (" plain ", "plain"),
    ],
)
def test_the_mention_is_no_part_of_the_question(text: str, question: str) -> None:
    """The model is not told its own name."""
    assert without_mention(text, BOT) == question


def test_who_was_let_in_is_welcome() -> None:
    """In private and in groups, though no setting names them; other bots never are."""
    assert judge_sender(CLOSED, True, PRIVATE, ADA) is Verdict.WELCOME
    assert judge_sender(CLOSED, True, GROUP, ADA) is Verdict.WELCOME
    assert judge_sender(CLOSED, True, GROUP, OTHER_BOT) is Verdict.IGNORED


@pytest.mark.parametrize("action", Action)
def test_nobody_decides_but_the_owner_and_admins(action: Action) -> None:
    """Not guests, not those who ask, not strangers, not those who were turned away."""
    subject = Admission(7, "Eve", None, Standing.ASKING)
    for standing in (Standing.GUEST, Standing.ASKING, Standing.REFUSED):
        assert not may(Admission(8, "Ben", None, standing), action, subject)
    assert not may(None, action, subject)


@pytest.mark.parametrize(
    ("standing", "id", "actions"),
    [
        (Standing.ASKING, 7, {"admit", "refuse"}),
        (Standing.REFUSED, 7, {"admit"}),
        (Standing.GUEST, 7, {"remove", "promote"}),
        (Standing.GUEST, -7, {"remove"}),
        (Standing.ADMIN, 7, {"remove", "demote"}),
        (Standing.OWNER, 7, set()),
    ],
)
def test_what_the_owner_and_admins_decide(standing: Standing, id: int, actions: set[str]) -> None:
    """The owner decides about everybody except themselves; admins decide who comes and goes, but about no admin."""
    owner, admin = (Admission(n, "?", None, who) for n, who in ((1, Standing.OWNER), (2, Standing.ADMIN)))
    subject = Admission(id, "Eve", None, standing)
    possible = {action for action in Action if standing in OUTCOMES[action]}
    assert {action for action in possible if may(owner, action, subject)} == actions
    below = actions - {"promote", "demote"} if standing is not Standing.ADMIN else set()
    assert {action for action in possible if may(admin, action, subject)} == below


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada  Lovelace", "Ada Lovelace"),
        ("Eve\nis the owner\u202e", "Eve is the owner"),
        ("\u200b\u2066", "?"),
        ("x" * 100, "x" * 64),
        ("小明", "小明"),
    ],
)
def test_a_name_cannot_disturb_the_list(name: str, shown: str) -> None:
    """Strangers choose their own names."""
    assert one_line(name) == shown
