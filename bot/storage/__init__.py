"""Everything that survives a restart, in one SQLite file."""

from bot.storage.admissions import INSIDE, Admission, Admissions, Standing
from bot.storage.chats import Chats
from bot.storage.database import BACKUPS, FOLDER, Database, open_database
from bot.storage.errors import StorageError, StorageInUse
from bot.storage.forgetting import Forgetting, Forgotten
from bot.storage.inbox import Inbox, InboxQueue
from bot.storage.moving import Moving
from bot.storage.pictures import NewPicture, Picture, Pictures, Source
from bot.storage.turns import Turn, Turns

__all__ = [
    "BACKUPS",
    "FOLDER",
    "INSIDE",
    "Admission",
    "Admissions",
    "Chats",
    "Database",
    "Forgetting",
    "Forgotten",
    "Inbox",
    "InboxQueue",
    "Moving",
    "NewPicture",
    "Picture",
    "Pictures",
    "Source",
    "Standing",
    "StorageError",
    "StorageInUse",
    "Turn",
    "Turns",
    "open_database",
]
