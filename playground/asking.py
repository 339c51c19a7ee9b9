"""The methods that query or set up the bot: itself, updates, files, commands, queries, chats."""

import re
from typing import Any

from playground.limits import NOTICE, QUERY_SECONDS
from playground.rooms import member
from playground.state import Happening, World
from playground.table import Table
from playground.wire import JSON, bad_request

METHODS = Table()
GIFTS = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


@METHODS.plays("getMe", "User")
async def get_me(world: World, params: JSON) -> JSON:
    """Return the bot."""
    return world.bot


@METHODS.plays("getUpdates", "[Update]")
async def get_updates(world: World, params: JSON) -> list[Any]:
    """Return the next updates, after waiting for one."""
    get = params.get
    return await world.updates.get(get("offset", 0), get("limit", 100), get("timeout", 0), get("allowed_updates"))


@METHODS.plays("getFile", "File")
async def get_file(world: World, params: JSON) -> JSON:
    """Return the download path of a file."""
    return world.files.describe(params["file_id"])


@METHODS.plays("setMyCommands")
async def set_my_commands(world: World, params: JSON) -> bool:
    """Set the menu of commands for one scope and language."""
    for command in params["commands"]:
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    if len(params["commands"]) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.commands[for_whom(params)] = params["commands"]
    return True


@METHODS.plays("getMyCommands", "[BotCommand]")
async def get_my_commands(world: World, params: JSON) -> list[JSON]:
    """Return the commands of exactly this scope and language."""
    return world.commands.get(for_whom(params), [])


@METHODS.plays("deleteMyCommands")
async def delete_my_commands(world: World, params: JSON) -> bool:
    """Delete the commands of this scope and language."""
    world.commands.pop(for_whom(params), None)
    return True


def for_whom(params: JSON) -> tuple[str, str]:
    """Return the scope and the language code of a request."""
    scope = params.get("scope", {"type": "default"})
    return ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope), params.get(
        "language_code", ""
    )


@METHODS.plays("answerCallbackQuery")
async def answer_callback_query(world: World, params: JSON) -> bool:
    """Answer a pressed button, within a minute."""
    query = world.queries.get(params["callback_query_id"])
    if query is None or world.clock() - query.pressed > QUERY_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(params.get("text", "")) > NOTICE:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {key: params[key] for key in ("text", "show_alert", "url") if key in params}
    world.tell(Happening.NOTICE, query.room, world.bot["first_name"], params.get("text", ""))
    return True


@METHODS.plays("getChat", "ChatFullInfo")
async def get_chat(world: World, params: JSON) -> JSON:
    """Return a chat."""
    gifts = {"accepted_gift_types": dict.fromkeys(GIFTS, False)}
    return world.room(params["chat_id"]).header | {"accent_color_id": 0, "max_reaction_count": 11} | gifts


@METHODS.plays("getChatMember", "ChatMember")
async def get_chat_member(world: World, params: JSON) -> JSON:
    """Return a person's status in a chat."""
    room = world.room(params["chat_id"])
    user_id = params["user_id"]
    if user_id == world.bot["id"]:
        return member(room, world.user, room.bot_status)
    if user_id in room.members:
        return member(room, room.members[user_id], "administrator" if user_id in room.admins else "member")
    known = (other.members[user_id] for other in world.rooms.values() if user_id in other.members)
    if (user := next(known, None)) is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member(room, user, "left")


@METHODS.plays("getChatAdministrators", "[ChatMember]")
async def get_chat_administrators(world: World, params: JSON) -> list[JSON]:
    """Return a group's human administrators."""
    room = world.room(params["chat_id"])
    if room.private:
        raise bad_request("there are no administrators in the private chat")
    return [member(room, room.members[user_id], "administrator") for user_id in sorted(room.admins)]


@METHODS.plays("leaveChat")
async def leave_chat(world: World, params: JSON) -> bool:
    """Leave the chat."""
    room = world.writable(params["chat_id"])
    if room.private:
        raise bad_request("chat member status can't be changed in private chats")
    room.bot_status = "left"
    world.pulse.beat()
    return True
