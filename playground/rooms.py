"""The state of a chat: its messages with their history, drafts, and members."""

from dataclasses import dataclass, field

from playground.wire import JSON

RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """One button of an inline keyboard."""

    text: str
    data: str | None
    url: str | None


@dataclass(slots=True)
class Post:
    """One message as the chat shows it now.

    `content` is its Bot API Message, `history` every earlier text, `reactions` the emoji that the bot set.
    """

    content: JSON
    by_bot: bool
    reply_markup: JSON | None = None
    history: list[str] = field(default_factory=list)
    edits: int = 0
    reactions: list[str] = field(default_factory=list)
    deleted: bool = False

    @property
    def id(self) -> int:
        """The message_id, unique in its chat."""
        return int(self.content["message_id"])

    @property
    def text(self) -> str:
        """The text or the caption; empty if there is neither."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[JSON]:
        """The entities of the text or the caption."""
        found: list[JSON] = self.content.get("entities") or self.content.get("caption_entities") or []
        return found

    @property
    def reply_to(self) -> int | None:
        """The message_id of the message this one replies to."""
        replied = self.content.get("reply_to_message")
        return int(replied["message_id"]) if replied else None

    @property
    def sender(self) -> str:
        """The first name of the sender."""
        return str(self.content["from"]["first_name"])

    @property
    def file_id(self) -> str | None:
        """The id of its file: the document, or the largest size of the photo."""
        if "document" in self.content:
            return str(self.content["document"]["file_id"])
        return str(self.content["photo"][-1]["file_id"]) if "photo" in self.content else None

    @property
    def force_reply(self) -> bool:
        """Whether it opens a reply to itself in the reader's app."""
        return bool((self.reply_markup or {}).get("force_reply"))

    @property
    def buttons(self) -> list[Button]:
        """The inline buttons, row by row."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [Button(b["text"], b.get("callback_data"), b.get("url")) for row in rows for b in row]


@dataclass(slots=True)
class Draft:
    """An answer being streamed by sendMessageDraft. `history` holds every earlier text."""

    text: str
    can_stop: bool
    history: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Room:
    """A chat as the server keeps it: `header` is its Bot API Chat, `bot_status` the status of the bot's ChatMember.

    `moved_to` is the id of the supergroup that it became.
    """

    header: JSON
    members: dict[int, JSON]
    admins: set[int] = field(default_factory=set)
    topics: set[int] = field(default_factory=set)
    bot_status: str = "member"
    moved_to: int | None = None
    posts: list[Post] = field(default_factory=list)
    drafts: dict[int, Draft] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The chat_id: a person's id, or a negative number for a group."""
        return int(self.header["id"])

    @property
    def private(self) -> bool:
        """Whether it is one person's chat with the bot."""
        return bool(self.header["type"] == "private")

    def find(self, message_id: int | None) -> Post | None:
        """Return a message that was not deleted."""
        return next((post for post in self.posts if post.id == message_id and not post.deleted), None)


def member(room: Room, user: JSON, status: str) -> JSON:
    """Return a person's ChatMember. The first administrator is the group's creator."""
    if status == "administrator" and room.admins and user["id"] == min(room.admins):
        return {"status": "creator", "user": user, "is_anonymous": False}
    if status == "administrator":
        return {"status": status, "user": user} | dict.fromkeys(RIGHTS, False) | {"can_manage_chat": True}
    return {"status": status, "user": user} | ({"until_date": 0} if status == "kicked" else {})
