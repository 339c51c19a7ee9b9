"""The reactions that a bot sets on a message."""

from playground.state import Happening, World
from playground.table import Table
from playground.wire import JSON, bad_request

METHODS = Table()
FREE = {
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏",
    "👌", "🕊", "🤡", "🥱", "🥴", "😍", "🐳", "❤\u200d🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆",
    "💔", "🤨", "😐", "🍓", "🍾", "💋", "🖕", "😈", "😴", "😭", "🤓", "👻", "👨\u200d💻", "👀", "🎃",
    "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿", "🆒", "💘", "🙉", "🦄",
    "😘", "💊", "🙊", "😎", "👾", "🤷\u200d♂", "🤷", "🤷\u200d♀", "😡",
}  # fmt: skip
AS_PICTURE = "\ufe0f"
"""The sign that an emoji is shown as a picture: Telegram takes it with and without."""


@METHODS.plays("setMessageReaction")
async def set_message_reaction(world: World, params: JSON) -> bool:
    """Replace the bot's reaction to a message: one free emoji, or none."""
    room = world.writable(params["chat_id"])
    post = room.find(params["message_id"])
    if post is None:
        raise bad_request("message to react not found")
    asked = [str(reaction.get("emoji", "")).replace(AS_PICTURE, "") for reaction in params.get("reaction", [])]
    if not set(asked) <= FREE:
        raise bad_request("REACTION_INVALID")
    if len(asked) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    post.reactions = asked
    world.tell(Happening.REACTED, room, world.bot["first_name"], "".join(asked), post)
    return True
