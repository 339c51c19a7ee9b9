"""Everything that survives a restart, in one SQLite file."""

from bot.storage.chats import Chats, ChatSettings
from bot.storage.database import Database, StorageError, open_database
from bot.storage.inbox import Inbox, InboxQueue
from bot.storage.pictures import NewPicture, Picture, Pictures, Source
from bot.storage.turns import Turn, Turns

__all__ = [
    "ChatSettings",
    "Chats",
    "Database",
    "Inbox",
    "InboxQueue",
    "NewPicture",
    "Picture",
    "Pictures",
    "Source",
    "StorageError",
    "Turn",
    "Turns",
    "open_database",
]
