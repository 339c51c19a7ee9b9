"""Everything that survives a restart, in one SQLite file."""

from bot.storage.admissions import INSIDE, Admission, Admissions, Standing
from bot.storage.at_work import AtWork
from bot.storage.chats import Chats
from bot.storage.database import BACKUPS, FOLDER, Database, open_database
from bot.storage.errors import StorageError, StorageInUse
from bot.storage.forgetting import Forgetting, Forgotten
from bot.storage.inbox import Inbox, Received, SetAside, Waiting
from bot.storage.moving import Moving
from bot.storage.pictures import NewPicture, Picture, Pictures, Source
from bot.storage.trouble import is_full, is_passing_trouble, surely
from bot.storage.turns import Turn, Turns

__all__ = [
    "BACKUPS",
    "FOLDER",
    "INSIDE",
    "Admission",
    "Admissions",
    "AtWork",
    "Chats",
    "Database",
    "Forgetting",
    "Forgotten",
    "Inbox",
    "Moving",
    "NewPicture",
    "Picture",
    "Pictures",
    "Received",
    "SetAside",
    "Source",
    "Standing",
    "StorageError",
    "StorageInUse",
    "Turn",
    "Turns",
    "Waiting",
    "is_full",
    "is_passing_trouble",
    "open_database",
    "surely",
]
