"""Access rules: who may use the bot, and who decides about that; pure functions on plain values."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.settings.settings import AccessSettings
from assistant.storage import Admission, Standing

STRANGER_PAUSE = 3600.0
"""The seconds between two notices to a stranger that the bot is private, and two requests to the owner about them."""

LONGEST_NAME = 64

JOINER = "\u2060"
"""The word joiner: invisible, and a link that is found in a text ends at it."""

_SIGN = re.compile(r"(?<=[/@#$.:])(?!\s)")
"""The place after a sign with which a command, a mention, a tag or the next part of an address begins."""

_NUMBER = re.compile(r"\+?\d[\d ()+-]{3,}\d")
_THREE = re.compile(r".{1,3}", re.DOTALL)


class Verdict(StrEnum):
    """The decision about an update."""

    WELCOME = "welcome"
    STRANGER = "stranger"
    IGNORED = "ignored"


class Action(StrEnum):
    """A decision about a person or a group."""

    ADMIT = "admit"
    REFUSE = "refuse"
    REMOVE = "remove"
    PROMOTE = "promote"
    DEMOTE = "demote"


OUTCOMES: Mapping[Action, Mapping[Standing, Standing]] = {
    Action.ADMIT: {Standing.ASKING: Standing.GUEST, Standing.REFUSED: Standing.GUEST},
    Action.REFUSE: {Standing.ASKING: Standing.REFUSED},
    Action.REMOVE: {Standing.GUEST: Standing.REFUSED, Standing.ADMIN: Standing.REFUSED},
    Action.PROMOTE: {Standing.GUEST: Standing.ADMIN},
    Action.DEMOTE: {Standing.ADMIN: Standing.GUEST},
}
"""The new standing after each action, by the old one; where there is none, the action comes too late."""


@dataclass(frozen=True, slots=True)
class Asker:
    """The person who asks. `id` is the Telegram id of them, or of the channel or group they post as; None: unknown.

    `person` is that id as a text, empty for those who hide in their group's name. By `name` the model tells people
    apart; None in private.
    """

    id: int | None
    person: str
    name: str | None


def decides(somebody: Admission | None) -> bool:
    """Whether this is the owner or an admin."""
    return somebody is not None and somebody.standing in {Standing.OWNER, Standing.ADMIN}


def may(actor: Admission | None, action: Action, subject: Admission) -> bool:
    """Whether `actor` may do this: the owner to everybody, admins only to guests, groups and strangers."""
    if actor is None or not decides(actor) or (subject.is_group and action is Action.PROMOTE):
        return False
    if actor.standing is Standing.OWNER:
        return True
    return action in {Action.ADMIT, Action.REFUSE, Action.REMOVE} and not decides(subject)


def one_line(name: str) -> str:
    """Return a name as people may choose it, without line breaks and invisible characters, and not too long."""
    shown = "".join(sign for sign in name if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(shown.split())[:LONGEST_NAME] or "?"


def inert(words: str) -> str:
    """Return words that somebody chose, with nothing in them that Telegram would make tappable; they look the same.

    Telegram finds commands, mentions, tags, addresses, and numbers to call or to pay with in what the bot says, and one
    tap on a command sends it in the reader's name.
    """
    apart = _SIGN.sub(JOINER, words)
    return _NUMBER.sub(lambda found: JOINER.join(_THREE.findall(found[0])), apart)


def judge(access: AccessSettings, inside: bool, chat: int, person: int | None, *, private: bool) -> Verdict:
    """Decide whether a person may speak in a chat. A stranger is answered in private only; in groups with silence.

    `inside` says that the person or the group was let in by the owner or an admin.
    """
    known = inside or chat in access.chats or person in access.users
    if access.mode == "open" or known:
        return Verdict.WELCOME
    return Verdict.STRANGER if private else Verdict.IGNORED
