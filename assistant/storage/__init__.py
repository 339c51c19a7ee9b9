"""Storage: everything that survives a restart, in one SQLite file."""

from assistant.storage.admissions import INSIDE, Admission, Admissions, Standing
from assistant.storage.chats import Chats
from assistant.storage.conversations import FIRST_CHAT, Conversation, Conversations, Entry
from assistant.storage.database import BACKUPS, FOLDER, Database, open_database
from assistant.storage.deletion import Deleted, Deletion
from assistant.storage.errors import StorageError, StorageInUse
from assistant.storage.heard import Heard, HeardMessage, Subject
from assistant.storage.outage import is_full, is_passing_outage, surely
from assistant.storage.pictures import Current, NewPicture, Picture, Pictures, Source
from assistant.storage.turns import AnsweredQuestion, Turn, Turns

__all__ = [
    "BACKUPS",
    "FIRST_CHAT",
    "FOLDER",
    "INSIDE",
    "Admission",
    "Admissions",
    "AnsweredQuestion",
    "Chats",
    "Conversation",
    "Conversations",
    "Current",
    "Database",
    "Deleted",
    "Deletion",
    "Entry",
    "Heard",
    "HeardMessage",
    "NewPicture",
    "Picture",
    "Pictures",
    "Source",
    "Standing",
    "StorageError",
    "StorageInUse",
    "Subject",
    "Turn",
    "Turns",
    "is_full",
    "is_passing_outage",
    "open_database",
    "surely",
]
