"""Storage: everything that survives a restart, in one SQLite file."""

from assistant.storage.admissions import INSIDE, Admission, Admissions, Standing
from assistant.storage.chats import Chats
from assistant.storage.database import BACKUPS, FOLDER, Database, open_database
from assistant.storage.deletion import Deleted, Deletion
from assistant.storage.errors import StorageError, StorageInUse
from assistant.storage.outage import is_full, is_passing_outage, surely
from assistant.storage.pictures import NewPicture, Picture, Pictures, Source
from assistant.storage.turns import Asked, Turn, Turns

__all__ = [
    "BACKUPS",
    "FOLDER",
    "INSIDE",
    "Admission",
    "Admissions",
    "Asked",
    "Chats",
    "Database",
    "Deleted",
    "Deletion",
    "NewPicture",
    "Picture",
    "Pictures",
    "Source",
    "Standing",
    "StorageError",
    "StorageInUse",
    "Turn",
    "Turns",
    "is_full",
    "is_passing_outage",
    "open_database",
    "surely",
]
