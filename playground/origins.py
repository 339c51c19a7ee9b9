"""Where messages come from: other chats, forwards, replies to other chats, and senders who are no person.

await chat.send_photo(data, caption, forward_origin=origin_of_channel("News"))
await chat.send("What is this?", external_reply=external_reply(post, origin_of_hidden("Ben")))
await group.send("/help", by=as_channel("News"))
"""

import zlib
from dataclasses import dataclass, field

from playground.check import Description
from playground.rooms import Post, Room
from playground.wire import JSON

LONG_AGO = 1_700_000_000
FIRST_CHANNEL = -1_001_000_000_000
OWN = {
    "message_id", "message_thread_id", "is_topic_message", "date", "edit_date", "chat", "from", "sender_chat",
    "is_automatic_forward", "forward_origin", "reply_to_message", "external_reply", "quote", "reply_markup",
    "media_group_id",
}  # fmt: skip
"""The fields of a message that a forward does not take along."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Someone who writes, though no person: `user` is in "from", `extra` holds the other fields that tell who it is."""

    user: JSON
    extra: JSON = field(default_factory=dict)


def channel(title: str, username: str | None = None) -> JSON:
    """Return the Chat of a channel; the same title is the same channel."""
    header = {"id": FIRST_CHANNEL - zlib.crc32(title.encode()), "type": "channel", "title": title}
    return header | ({"username": username} if username else {})


def as_channel(title: str, username: str | None = None) -> Sender:
    """Return a person who writes in a group in the name of their channel."""
    user = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    return Sender(user, {"sender_chat": channel(title, username)})


def as_anonymous(group: Room) -> Sender:
    """Return an admin of this group who writes in its name."""
    user = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    return Sender(user, {"sender_chat": group.header})


def as_linked_channel(title: str, username: str | None = None) -> Sender:
    """Return the channel whose posts Telegram forwards to this group, which is linked to it."""
    extra = {"sender_chat": channel(title, username), "is_automatic_forward": True}
    user = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    return Sender(user, extra | {"forward_origin": origin_of_channel(title, username)})


def as_bot(name: str) -> Sender:
    """Return another bot (one that may talk to bots: by default Telegram keeps bots' messages from each other)."""
    user_id = 6_000_000_000 + zlib.crc32(name.encode())
    return Sender({"id": user_id, "is_bot": True, "first_name": name, "username": f"{name.lower()}_bot"})


def origin_of_user(user: JSON, date: int = LONG_AGO) -> JSON:
    """Return the origin of a person's message."""
    return {"type": "user", "date": date, "sender_user": user}


def origin_of_hidden(name: str, date: int = LONG_AGO) -> JSON:
    """Return the origin of a message whose sender shows no account with forwards."""
    return {"type": "hidden_user", "date": date, "sender_user_name": name}


def origin_of_channel(title: str, username: str | None = None, message_id: int = 1, date: int = LONG_AGO) -> JSON:
    """Return the origin of a channel's post."""
    return {"type": "channel", "date": date, "chat": channel(title, username), "message_id": message_id}


def origin_of_chat(header: JSON, date: int = LONG_AGO) -> JSON:
    """Return the origin of a message in the name of a group (or of a channel that wrote in a group)."""
    return {"type": "chat", "date": date, "sender_chat": header}


def origin_of(message: JSON) -> JSON:
    """Return the origin of this message: its own, if it was itself forwarded."""
    if "forward_origin" in message:
        return dict(message["forward_origin"])
    if "sender_chat" in message:
        return origin_of_chat(message["sender_chat"], message["date"])
    return origin_of_user(message["from"], message["date"])


def forwarded(post: Post | JSON, origin: JSON | None = None) -> JSON:
    """Return the content of a forward of a message (or of content that nobody sent here, with its origin)."""
    content = post.content if isinstance(post, Post) else post
    kept = {key: value for key, value in content.items() if key not in OWN}
    return kept | {"forward_origin": origin or origin_of(content)}


def external_reply(post: Post | JSON, origin: JSON | None = None) -> JSON:
    """Return the ExternalReplyInfo of a message (or of content) in another chat: its origin, and its media if any.

    The chat and the number are told of supergroups and channels only, as on Telegram.
    """
    content = post.content if isinstance(post, Post) else post
    told = set(Description.load().types["ExternalReplyInfo"])
    if content.get("chat", {}).get("type") not in {"supergroup", "channel"}:
        told -= {"chat", "message_id"}
    return {"origin": origin or origin_of(content)} | {key: content[key] for key in content.keys() & told}
