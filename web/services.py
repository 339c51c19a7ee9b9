"""The services of the page, opened and closed by whoever composes it."""

from dataclasses import dataclass
from pathlib import Path

from assistant.answering import Assistant
from assistant.pictures.documents import File
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed
from assistant.retention import Retention
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Admissions, Conversations, Database, Picture, Pictures, Turns
from model_service import ModelService


@dataclass(frozen=True, slots=True)
class PageServices:
    """What the page asks, and where it keeps what was sent: the same as the bot's, where that runs beside it."""

    settings: Settings
    model: ModelService
    assistant: Assistant
    conversations: Conversations
    pictures: Pictures
    turns: Turns
    admissions: Admissions
    retention: Retention

    @property
    def folder(self) -> Path:
        """The folder of the pictures' copies, and of the documents that pages are made from."""
        return self.settings.storage.path / FOLDER

    @property
    def library(self) -> Library:
        """The library of pictures. What was sent can be made again only where its whole file is kept: of documents."""
        return Library(self.folder, self.pictures, self._refetch)

    async def _refetch(self, picture: Picture) -> File:
        if not picture.file_id:
            raise FetchFailed("the file was sent to the page, and only its copy was kept")
        return self.folder / Path(picture.file_id).name


def page_services(
    settings: Settings, model: ModelService, assistant: Assistant, database: Database, retention: Retention
) -> PageServices:
    """Return the services of a page for one database."""
    return PageServices(
        settings=settings,
        model=model,
        assistant=assistant,
        conversations=Conversations(database),
        pictures=Pictures(database),
        turns=Turns(database),
        admissions=Admissions(database),
        retention=retention,
    )
