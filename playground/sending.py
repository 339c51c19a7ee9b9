"""The methods that send something into a chat."""

import asyncio
from typing import Any

from playground.entities import formatted
from playground.files import photo_sizes, thumbnail
from playground.limits import CALLBACK_DATA_BYTES, PHOTO_BYTES, UPLOAD_BYTES
from playground.rooms import Draft, Room
from playground.state import Happening, World
from playground.table import Table
from playground.wire import JSON, Refused, Upload, bad_request

METHODS = Table()
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
ACTS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled",
}  # fmt: skip
GENERAL_TOPIC = 1


@METHODS.plays("sendMessage", "Message")
async def send_message(world: World, params: JSON) -> JSON:
    """Send a text."""
    room = world.writable(params["chat_id"])
    return send(world, room, params, body(params))


@METHODS.plays("sendPhoto", "Message")
async def send_photo(world: World, params: JSON) -> JSON:
    """Send a photo, new or by its file_id; an upload is recompressed as Telegram does."""
    room = world.writable(params["chat_id"])
    caption = described(params)
    photo = params["photo"]
    if not isinstance(photo, Upload):
        return send(world, room, params, {"photo": world.files.again(photo, "Photo")} | caption)
    if len(photo.data) > PHOTO_BYTES:
        raise Refused(413, "Request Entity Too Large")
    try:
        sizes = await asyncio.to_thread(photo_sizes, photo.data, from_bot=True)
    except ValueError:
        raise bad_request("PHOTO_INVALID_DIMENSIONS") from None
    except OSError:
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    return send(world, room, params, {"photo": world.files.photo(sizes)} | caption)


@METHODS.plays("sendDocument", "Message")
async def send_document(world: World, params: JSON) -> JSON:
    """Send a file, new or by its file_id."""
    room = world.writable(params["chat_id"])
    caption = described(params)
    document = params["document"]
    if not isinstance(document, Upload):
        return send(world, room, params, {"document": world.files.again(document, "Document")} | caption)
    if len(document.data) > UPLOAD_BYTES:
        raise Refused(413, "Request Entity Too Large")
    small = await asyncio.to_thread(thumbnail, document.data)
    kept = world.files.document(document.data, document.filename, document.mime, small)
    return send(world, room, params, {"document": kept} | caption)


@METHODS.plays("sendMessageDraft")
async def send_message_draft(world: World, params: JSON) -> bool:
    """Show a piece of an answer that is still being written."""
    room = world.writable(params["chat_id"])
    if not room.private:
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    if params["draft_id"] == 0:
        raise bad_request("RANDOM_ID_INVALID")
    text, _ = formatted(params.get("text", ""), params.get("parse_mode"), params.get("entities"), caption=False)
    draft = room.drafts.get(params["draft_id"])
    if draft is None:
        room.drafts[params["draft_id"]] = Draft(text, params.get("can_stop", False))
    else:
        draft.history.append(draft.text)
        draft.text = text
    world.tell(Happening.DRAFT, room, world.bot["first_name"], text)
    return True


@METHODS.plays("sendChatAction")
async def send_chat_action(world: World, params: JSON) -> bool:
    """Show the line "typing…" and its like."""
    room = world.writable(params["chat_id"])
    if params["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    room.actions.append(params["action"])
    world.tell(Happening.ACTION, room, world.bot["first_name"], params["action"])
    return True


def send(world: World, room: Room, params: JSON, content: JSON) -> JSON:
    """Post a message, in its topic and as a reply, if the bot may send now; return its Message."""
    markup = params.get("reply_markup")
    check_keyboard(markup)
    content = content | thread(room, params) | reply(room, params)
    if "link_preview_options" in params:
        content["link_preview_options"] = params["link_preview_options"]
    world.flood.admit(room.id)
    if room.private:
        room.drafts.clear()
    return world.post(room, world.user, content, markup).content


def body(params: JSON) -> JSON:
    """Return the text of a message with its entities. Raises Refused for a text that cannot be shown."""
    text, entities = formatted(params.get("text", ""), params.get("parse_mode"), params.get("entities"), caption=False)
    if not text:
        raise bad_request("message text is empty")
    return {"text": text} | ({"entities": entities} if entities else {})


def described(params: JSON) -> JSON:
    """Return the caption with its entities, if there is one."""
    given: list[JSON] | None = params.get("caption_entities")
    text, entities = formatted(params.get("caption", ""), params.get("parse_mode"), given, caption=True)
    shown: dict[str, Any] = {"caption": text, "caption_entities": entities}
    return {key: value for key, value in shown.items() if value}


def thread(room: Room, params: JSON) -> JSON:
    """Return the topic of a forum; ids are ignored where there are no topics, and General has none."""
    topic = params.get("message_thread_id")
    if topic is None or not room.header.get("is_forum"):
        return {}
    if topic == GENERAL_TOPIC or topic not in room.topics:
        raise bad_request("message thread not found")
    return {"message_thread_id": topic, "is_topic_message": True}


def reply(room: Room, params: JSON) -> JSON:
    """Return the message replied to, without its own reply."""
    asked: JSON = params.get("reply_parameters", {})
    if "message_id" not in asked:
        return {}
    replied = room.find(asked["message_id"])
    if replied is None:
        if asked.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in replied.content.items() if k != "reply_to_message"}}


def check_keyboard(markup: JSON | None) -> None:
    """Check the buttons. Raises Refused for an inline button that does nothing, or whose data is too long."""
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if len(ACTS & button.keys()) != 1:
                why = "Text buttons are unallowed in the inline keyboard"
                raise bad_request(f"can't parse inline keyboard button: {why}")
            if not 0 < len(button.get("callback_data", "-").encode()) <= CALLBACK_DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
