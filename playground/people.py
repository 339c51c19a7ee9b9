"""The people of the playground, each with an account and a private chat with the bot."""

from playground.chat import Chat
from playground.rooms import Room
from playground.state import World
from playground.wire import JSON

FIRST_PERSON = 5_871_302_944
FIRST_GROUP = -1_002_083_417_755
STEP = 170_411


class Person:
    """Someone with a Telegram account."""

    def __init__(self, world: World, user: JSON) -> None:
        self._world = world
        self.user = user
        self.extra: JSON = {}

    @property
    def id(self) -> int:
        """The user's id, and the chat_id of the private chat."""
        return int(self.user["id"])

    @property
    def name(self) -> str:
        """The first name."""
        return str(self.user["first_name"])

    def private(self) -> Chat:
        """Return the chat with the bot; open it if need be."""
        if self.id not in self._world.rooms:
            header = {key: self.user[key] for key in ("id", "first_name", "username") if key in self.user}
            self._world.rooms[self.id] = Room(header | {"type": "private"}, {self.id: self.user})
        return Chat(self._world, self._world.rooms[self.id], (self,))

    def block(self) -> None:
        """Block the bot."""
        self.private().set_bot_status("kicked", self)

    def unblock(self) -> None:
        """Unblock the bot."""
        self.private().set_bot_status("member", self)


def new_person(world: World, name: str, language_code: str, username: str | None) -> Person:
    """Create someone with an id of their own."""
    user = {"id": FIRST_PERSON + STEP * next(world.numbers), "is_bot": False, "first_name": name}
    return Person(world, user | ({"username": username} if username else {}) | {"language_code": language_code})


def group_header(world: World, title: str, forum: bool) -> JSON:
    """Return the Chat of a new supergroup."""
    header = {"id": FIRST_GROUP - STEP * next(world.numbers), "title": title, "type": "supergroup"}
    return header | ({"is_forum": True} if forum else {})
