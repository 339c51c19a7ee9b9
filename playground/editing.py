"""The methods that change or delete what a chat shows."""

from playground.rooms import Post, Room
from playground.sending import body, check_keyboard
from playground.state import World
from playground.table import Table
from playground.wire import JSON, bad_request

METHODS = Table()
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@METHODS.plays("editMessageText", "Message")
async def edit_message_text(world: World, params: JSON) -> JSON:
    """Replace the text of one of the bot's messages; its inline keyboard goes unless it is given again."""
    room, post = editable(world, params)
    if "text" not in post.content:
        raise bad_request("there is no text in the message to edit")
    kept = {k: v for k, v in post.content.items() if k not in {"text", "entities", "link_preview_options"}}
    previews = {k: v for k, v in params.items() if k == "link_preview_options"}
    return change(world, room, post, kept | body(params) | previews, params.get("reply_markup"))


@METHODS.plays("editMessageReplyMarkup", "Message")
async def edit_message_reply_markup(world: World, params: JSON) -> JSON:
    """Replace or remove the inline keyboard of one of the bot's messages."""
    room, post = editable(world, params)
    return change(world, room, post, post.content, params.get("reply_markup"))


@METHODS.plays("deleteMessage")
async def delete_message(world: World, params: JSON) -> bool:
    """Delete a message: the bot's own, or anyone's in a private chat or where the bot is an administrator."""
    room = world.writable(params["chat_id"])
    post = room.find(params["message_id"])
    if post is None:
        raise bad_request("message to delete not found")
    if not (post.by_bot or room.private or room.bot_status == "administrator"):
        raise bad_request("message can't be deleted")
    world.delete(room, post)
    return True


def editable(world: World, params: JSON) -> tuple[Room, Post]:
    """Return the message to change. Raises Refused if there is none, or if it is not the bot's."""
    if "chat_id" not in params or "message_id" not in params:
        raise bad_request(
            "MESSAGE_ID_INVALID" if "inline_message_id" in params else "message identifier is not specified"
        )
    room = world.writable(params["chat_id"])
    post = room.find(params["message_id"])
    if post is None:
        raise bad_request("message to edit not found")
    if not post.by_bot:
        raise bad_request("message can't be edited")
    return room, post


def change(world: World, room: Room, post: Post, content: JSON, markup: JSON | None) -> JSON:
    """Replace the old content with the new. Raises Refused if nothing would change."""
    check_keyboard(markup)
    changed = {key: value for key, value in content.items() if key not in {"reply_markup", "edit_date"}}
    if markup and markup["inline_keyboard"]:
        changed["reply_markup"] = markup
    if changed == {key: value for key, value in post.content.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    world.flood.admit(room.id)
    world.edit(room, post, changed | {"edit_date": int(world.clock())})
    return post.content
