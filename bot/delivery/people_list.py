"""The list of /people, and the buttons by which the owner and admins decide about somebody."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.access import OUTCOMES, Action, inert, may
from assistant.settings.settings import AccessSettings
from assistant.storage import Admission, Standing
from assistant.texts import Count, Sentence, Texts
from bot.render import units

DOOR, LIST = "door", "people"
"""The place of a button: under the question about one stranger, or under the list of all."""

PATTERN = rf"^({DOOR}|{LIST}):({'|'.join(Action)}):(-?[0-9]{{1,15}})\Z"
MOST_SHOWN = 24
ROOM = 3900
"""The size of the list in one message, without the text around it; in UTF-16 units."""

SHORT_NAME = 24

LABELS = {
    Action.ADMIT: Sentence.BUTTON_ADMIT,
    Action.REFUSE: Sentence.BUTTON_REFUSE,
    Action.REMOVE: Sentence.BUTTON_REMOVE,
    Action.PROMOTE: Sentence.BUTTON_PROMOTE,
    Action.DEMOTE: Sentence.BUTTON_DEMOTE,
}
STANDINGS = {
    Standing.OWNER: Sentence.IS_OWNER,
    Standing.ADMIN: Sentence.IS_ADMIN,
    Standing.GUEST: Sentence.IS_GUEST,
    Standing.ASKING: Sentence.IS_ASKING,
}


def button(texts: Texts, place: str, action: Action, id: int, name: str = "") -> InlineKeyboardButton:
    """Return the button for an action on somebody."""
    label = f"{texts.say(LABELS[action])} {name[:SHORT_NAME]}".strip()
    return InlineKeyboardButton(label, callback_data=f"{place}:{action}:{id}")


def listing(
    actor: Admission, everybody: Sequence[Admission], access: AccessSettings, texts: Texts
) -> tuple[str, InlineKeyboardMarkup | None]:
    """List everybody, with a row of buttons for everybody about whom `actor` may decide something."""
    lines, rows, room = [texts.say(Sentence.PEOPLE)], [], ROOM
    for one in everybody[:MOST_SHOWN]:
        line = _line(one, texts)
        room -= units(line) + 1
        if room < 0:
            break
        lines.append(line)
        actions = [action for action in Action if one.standing in OUTCOMES[action] and may(actor, action, one)]
        if actions:
            rows.append([button(texts, LIST, action, one.id, one.name) for action in actions])
    if more := len(everybody) - len(lines) + 1:
        lines.append(texts.say(Sentence.PEOPLE_MORE, count=more))
    if access.users or access.chats:
        people, groups = Count.PEOPLE.of(len(access.users)), Count.GROUPS.of(len(access.chats))
        lines.append(texts.say(Sentence.PEOPLE_LISTED, people=people, groups=groups))
    return "\n".join(lines), InlineKeyboardMarkup(rows) if rows else None


def _line(one: Admission, texts: Texts) -> str:
    is_group = one.is_group and one.standing is Standing.GUEST
    standing = texts.say(Sentence.IS_GROUP if is_group else STANDINGS[one.standing])
    return texts.say(Sentence.PERSON, name=shown_name(one), id=one.id, standing=standing)


def shown_name(admission: Admission) -> str:
    """Return somebody's name, for a message; an id that stands for a name can still be copied."""
    return admission.name if admission.name == str(admission.id) else inert(admission.name)
