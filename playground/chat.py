"""A chat as its members use it: write, send pictures, press buttons, wait for the bot."""

import asyncio
import mimetypes
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from playground.files import Scaled, photo_sizes, thumbnail
from playground.markup import units
from playground.moving import Moving, moving, sticker
from playground.origins import forwarded
from playground.presses import Press, press
from playground.rooms import Draft, Post, Room, member
from playground.sending import body, described, reply
from playground.state import World
from playground.wire import JSON

WAIT = 10.0
WORDS = {"text", "entities", "caption", "caption_entities"}
MEDIA = {"photo", "document", "video", "animation"}
Seen = TypeVar("Seen")


class Speaker(Protocol):
    """Someone who acts in a chat."""

    @property
    def user(self) -> JSON:
        """The User that the bot sees."""

    @property
    def extra(self) -> JSON:
        """The other fields of their messages that tell who they are, such as sender_chat."""


class Chat:
    """A chat seen by its members. `by` says who acts; by default the first of them."""

    def __init__(self, world: World, room: Room, people: Sequence[Speaker]) -> None:
        self._world = world
        self.room = room
        self.people = people

    @property
    def id(self) -> int:
        """The chat_id."""
        return self.room.id

    @property
    def messages(self) -> list[Post]:
        """The messages shown now, oldest first."""
        return [post for post in self.room.posts if not post.deleted]

    @property
    def drafts(self) -> dict[int, Draft]:
        """The answers being streamed now, by draft_id."""
        return self.room.drafts

    @property
    def actions(self) -> list[str]:
        """Every chat action so far ("typing")."""
        return self.room.actions

    async def send(self, text: str, *, by: Speaker | None = None, **more: Any) -> Post:
        """Send a text. Raises Refused over 4096 units.

        `more`: reply_to=post, quote="a part of its text", topic=id, and any field of Message, in every send.
        """
        return self._say(by, body({"text": text, "entities": more.pop("entities", None)}), **more)

    async def send_photo(
        self, data: bytes, caption: str = "", *, compress: bool = True, by: Speaker | None = None, **more: Any
    ) -> Post:
        """Send a picture as a photo, recompressed as Telegram's apps do.

        compress=False lets the bot get exactly these bytes, even if they are no picture. Raises OSError otherwise.
        """
        photo = await self.store_photo(data, compress=compress)
        return self._say(by, {"photo": photo} | described({"caption": caption}), **more)

    async def store_photo(self, data: bytes, *, compress: bool = True) -> list[JSON]:
        """Return the PhotoSize objects of a picture that is not sent yet, for a content made by hand."""
        sizes = await asyncio.to_thread(photo_sizes, data) if compress else [Scaled(1280, 960, data)]
        return self._world.files.photo(sizes)

    async def send_document(
        self,
        data: bytes,
        filename: str,
        mime: str | None = None,
        caption: str = "",
        *,
        by: Speaker | None = None,
        **more: Any,
    ) -> Post:
        """Send a file as it is."""
        mime = mime or mimetypes.guess_type(filename)[0] or "application/octet-stream"
        small = await asyncio.to_thread(thumbnail, data) if mime.startswith("image/") else None
        document = self._world.files.document(data, filename, mime, small)
        return self._say(by, {"document": document} | described({"caption": caption}), **more)

    async def send_album(
        self,
        pictures: Sequence[bytes],
        caption: str = "",
        *,
        at: int = 0,
        between: Callable[[], Awaitable[object]] | None = None,
        **more: Any,
    ) -> list[Post]:
        """Send photos as one album: separate messages with one media_group_id, the caption on number `at`.

        `between` is awaited before each but the first. More photos join an album by its media_group_id.
        """
        more.setdefault("media_group_id", str(uuid.uuid4().int >> 65))
        posts: list[Post] = []
        for number, data in enumerate(pictures):
            if posts and between is not None:
                await between()
            posts.append(await self.send_photo(data, caption if number == at else "", **more))
        return posts

    async def send_sticker(
        self, data: bytes, *, preview: bytes | None = None, moves: bool = False, by: Speaker | None = None, **more: Any
    ) -> Post:
        """Send a sticker: a static WebP, or an animated one, with or without a preview."""
        return self._say(by, await asyncio.to_thread(sticker, self._world.files, data, preview, moves), **more)

    async def send_moving(
        self, kind: Moving, preview: bytes | None, caption: str = "", *, by: Speaker | None = None, **more: Any
    ) -> Post:
        """Send an animation (a GIF), a video or a video note; `preview` is its thumbnail."""
        content = await asyncio.to_thread(moving, self._world.files, kind, preview)
        return self._say(by, content | described({"caption": caption}), **more)

    async def send_content(self, content: JSON, *, by: Speaker | None = None, **more: Any) -> Post:
        """Send anything else (see playground.contents), given as fields of Message."""
        return self._say(by, content, **more)

    async def forward(
        self, post: Post | JSON, *, by: Speaker | None = None, origin: JSON | None = None, **more: Any
    ) -> Post:
        """Forward a message of any chat, or a content, to this one; `origin` says whose it is (playground.origins)."""
        return self._say(by, forwarded(post, origin), **more)

    async def edit(self, post: Post, text: str) -> None:
        """Change the text or caption of one of the people's own messages; a caption may be new, or go ("")."""
        words = body({"text": text}) if "text" in post.content else described({"caption": text})
        self._edit(post, WORDS, words)

    async def edit_photo(self, post: Post, data: bytes, caption: str | None = None) -> None:
        """Put another photo in the place of a message's picture or file; its caption stays unless one is given."""
        kept = {"caption": post.text, "caption_entities": post.entities}
        words = described(kept if caption is None else {"caption": caption})
        self._edit(post, WORDS | MEDIA, {"photo": await self.store_photo(data)} | words)

    async def touch(self, post: Post) -> None:
        """Edit a message so that nothing of its content changes, as a link's preview does when it arrives."""
        self._edit(post, set(), {})

    async def delete(self, post: Post) -> None:
        """Delete a message. The bot is not told, as on Telegram."""
        self._world.delete(self.room, post)

    async def press(self, button: str, post: Post | None = None, *, by: Speaker | None = None) -> Press:
        """Press an inline button, by its text or data; in the newest message that has it, unless one is named.

        Raises LookupError if it is not there.
        """
        return press(self._world, self.room, (by or self.people[0]).user, button, post)

    async def stop_draft(self, draft_id: int) -> None:
        """Press Stop on an answer that is being streamed. Raises LookupError if it shows no such button."""
        if not self.room.drafts[draft_id].can_stop:
            raise LookupError(f"draft {draft_id} has no Stop button")
        del self.room.drafts[draft_id]
        stopped = {"chat": self.room.header, "draft_id": draft_id}
        self._world.updates.put("stopped_message_generation", stopped)

    def notice(self, content: JSON) -> Post:
        """Send a service message; it reaches the bot in privacy mode, too."""
        post = self._world.post(self.room, self.people[0].user, content)
        self._world.updates.put("message", post.content)
        return post

    def set_bot_status(self, status: str, by: Speaker) -> None:
        """Make the bot a "member", an "administrator", "left" or "kicked"; the bot gets an update."""
        old = member(self.room, self._world.user, self.room.bot_status)
        self.room.bot_status = status
        change = {"chat": self.room.header, "from": by.user, "date": int(self._world.clock())}
        change |= {"old_chat_member": old, "new_chat_member": member(self.room, self._world.user, status)}
        self._world.valid("ChatMemberUpdated", change)
        self._world.updates.put("my_chat_member", change)

    async def wait_for(
        self,
        look: Callable[[Post], bool],
        timeout: float = WAIT,  # noqa: ASYNC109
        after: Post | None = None,
    ) -> Post:
        """Wait for the first shown message that `look` accepts, after `after` if given. Raises TimeoutError."""
        first = after.id if after else 0
        return await self.wait_until(
            lambda: next((post for post in self.messages if post.id > first and look(post)), None), timeout
        )

    async def answer(
        self,
        after: Post,
        look: Callable[[Post], bool] = lambda post: True,
        timeout: float = WAIT,  # noqa: ASYNC109
    ) -> Post:
        """Wait for the bot's first message after this one that `look` accepts (a streamed answer still grows)."""
        return await self.wait_for(lambda post: post.by_bot and look(post), timeout, after)

    async def wait_until(self, look: Callable[[], Seen | None], timeout: float = WAIT) -> Seen:  # noqa: ASYNC109
        """Wait until `look` is true after some change, and return its value. TimeoutError carries the transcript."""
        return await self._world.pulse.until(look, timeout, self.transcript)

    def transcript(self) -> str:
        """Return the chat as text, a line for each message."""
        return "\n".join(f"{post.sender}: {post.text or '[file]'}" for post in self.messages)

    def _edit(self, post: Post, gone: set[str], content: JSON) -> None:
        kept = {key: value for key, value in post.content.items() if key not in gone}
        self._world.edit(self.room, post, kept | content | {"edit_date": int(self._world.clock())})
        self._deliver("edited_message", post)

    def _say(
        self, by: Speaker | None, content: JSON, reply_to: Post | None = None, quote: str | None = None, **more: Any
    ) -> Post:
        who = by or self.people[0]
        topic = more.pop("topic", None)
        if topic is not None:
            self.room.topics.add(topic)
            more |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to is not None:
            more |= reply(self.room, {"reply_parameters": {"message_id": reply_to.id}})
        if quote is not None:
            more["quote"] = quoted(reply_to.text if reply_to else quote, quote)
        post = self._world.post(self.room, who.user, content | who.extra | more)
        self._deliver("message", post)
        return post

    def _deliver(self, kind: str, post: Post) -> None:
        if self.room.bot_status in {"member", "administrator"} and self._reaches_bot(post):
            self._world.updates.put(kind, post.content)

    def _reaches_bot(self, post: Post) -> bool:
        """Return whether privacy mode lets it pass: in a group only commands, replies to the bot and mentions."""
        if (
            self.room.private
            or self.room.bot_status == "administrator"
            or self._world.bot["can_read_all_group_messages"]
        ):
            return True
        replied = self.room.find(post.reply_to)
        mention = f"@{self._world.bot['username']}".lower()
        text = post.text.lower()
        command = any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in post.entities)
        for_another = command and "@" in text.split()[0] and mention not in text.split()[0]
        return (command and not for_another) or mention in text or (replied is not None and replied.by_bot)


def quoted(text: str, part: str) -> JSON:
    """Return the TextQuote of a part of a text. Raises ValueError if it is no part of it.

    The text of another chat's message is not known: its quote is taken as it is.
    """
    if not part or part not in text:
        raise ValueError(f"{part!r} is no part of {text!r}")
    return {"text": part, "position": units(text[: text.index(part)]), "is_manual": True}
