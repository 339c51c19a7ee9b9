"""The messages of a request become those of the model, with as many pictures as it takes."""

from collections.abc import Sequence

from api.pictures import Default, read_picture
from api.protocol import ChatMessage, Part
from api.refusals import invalid
from model_service import Message, PictureRef

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
"""The model's roles by those of the protocol."""


def read_messages(messages: Sequence[ChatMessage], default: Default, most: int) -> tuple[Message, ...]:
    """Return the turns; a picture without a level gets the `default`, and `most` pictures are taken.

    A picture stays in the turn that holds it. Where turns hold more than `most`, the last ones count: the conversation
    then begins with the first of their turns, behind what the system says.

    Raises:
        Refused: a role or part that is not known; more than `most` pictures in one turn; no question at the end.
    """
    turns = [_turn(message, default, f"messages[{number}]") for number, message in enumerate(messages)]
    if turns[-1].role != "user":
        raise invalid("The last message has to be the user's.", f"messages[{len(turns) - 1}].role")
    begin, count = 0, 0
    for number in reversed(range(len(turns))):
        pictures = len(turns[number].pictures)
        if pictures > most:
            said = f"At most {most} image(s) may be provided in one message, and this one holds {pictures}."
            raise invalid(said, f"messages[{number}].content", "too_many_images")
        if count + pictures > most:
            break
        count += pictures
        begin = number if pictures else begin
    else:
        begin = 0
    return tuple(turn for number, turn in enumerate(turns) if number >= begin or turn.role == "system")


def _turn(message: ChatMessage, default: Default, where: str) -> Message:
    role = ROLES.get(message.role)
    if role is None:
        raise invalid(f"There is no role {message.role[:40]!r} here: {', '.join(ROLES)}.", f"{where}.role")
    parts = [Part(type="text", text=message.content)] if isinstance(message.content, str) else message.content or []
    texts, pictures = list[str](), list[PictureRef]()
    for number, part in enumerate(parts):
        place = f"{where}.content[{number}]"
        if part.type == "text" and part.text is not None:
            texts.append(part.text)
        elif part.type == "image_url" and part.image_url is not None and role == "user":
            pictures.append(read_picture(part.image_url, default, f"{place}.image_url"))
        else:
            raise invalid("A part is a text, or in the user's turn an image_url.", place, "unsupported_value")
    return Message(role, "\n".join(texts), tuple(pictures))  # type: ignore[arg-type]
