"""The reasons why something that was sent cannot be read, and the sentence for each."""

from enum import StrEnum

from assistant.storage import Picture
from assistant.texts import Sentence, Texts
from model_service import PictureRejected


class DocumentFault(StrEnum):
    """The reason why nothing of a file can be read."""

    LOCKED = "locked"
    BROKEN = "broken"
    EMPTY = "empty"
    TOO_MUCH = "too_much"
    FORM = "form"
    PORTFOLIO = "portfolio"
    HEIC = "heic"
    HEIC_BROKEN = "heic_broken"
    HEIC_TOO_MUCH = "heic_too_much"
    ARCHIVE = "archive"
    OFFICE = "office"
    RECORDING = "recording"


SENTENCES = {
    DocumentFault.LOCKED: Sentence.PDF_LOCKED,
    DocumentFault.BROKEN: Sentence.PDF_BROKEN,
    DocumentFault.EMPTY: Sentence.PDF_EMPTY,
    DocumentFault.TOO_MUCH: Sentence.PDF_TOO_MUCH,
    DocumentFault.FORM: Sentence.PDF_FORM,
    DocumentFault.PORTFOLIO: Sentence.PDF_PORTFOLIO,
    DocumentFault.HEIC: Sentence.HEIC,
    DocumentFault.HEIC_BROKEN: Sentence.HEIC_BROKEN,
    DocumentFault.HEIC_TOO_MUCH: Sentence.HEIC_TOO_MUCH,
    DocumentFault.ARCHIVE: Sentence.ARCHIVE,
    DocumentFault.OFFICE: Sentence.DOCUMENT,
    DocumentFault.RECORDING: Sentence.RECORDING,
}
"""The message for each fault of a document."""

PREVIEWED = frozenset(
    {DocumentFault.HEIC, DocumentFault.HEIC_BROKEN, DocumentFault.HEIC_TOO_MUCH, DocumentFault.RECORDING}
)
"""The faults with which the small picture that came along is better than nothing."""


class DocumentRefused(Exception):
    """Nothing of a document, or of another file that is no plain picture, can be read."""

    def __init__(self, fault: DocumentFault) -> None:
        super().__init__(f"the document is refused ({fault})")
        self.fault = fault


class FetchFailed(Exception):
    """A file is no longer available; the text is for the log and holds no address."""


class PictureGone(FetchFailed):
    """One of several pictures is no longer available."""

    def __init__(self, picture: Picture, error: FetchFailed) -> None:
        super().__init__(str(error))
        self.picture = picture


class FileTooBig(Exception):
    """A file has more than `most` bytes."""

    def __init__(self, size: int | None, most: int) -> None:
        super().__init__(f"{'too many' if size is None else size} bytes, at most {most}")
        self.most = most


class BadSelection(Exception):
    """A question that names pages or pictures that do not exist."""

    def __init__(self, sentence: Sentence, **values: object) -> None:
        super().__init__(sentence.name)
        self.sentence = sentence
        self.values = values


USER_ERRORS = (PictureRejected, FetchFailed, DocumentRefused, FileTooBig, BadSelection)
"""The reasons why something that was sent cannot be read."""


def refusal(texts: Texts, error: Exception) -> str:
    """Return the sentence for one of USER_ERRORS."""
    if isinstance(error, PictureRejected):
        return texts.fault(error)
    if isinstance(error, DocumentRefused):
        return texts.say(SENTENCES[error.fault])
    if isinstance(error, FileTooBig):
        return texts.say(Sentence.FILE_TOO_BIG, most=error.most // 2**20)
    if isinstance(error, BadSelection):
        return texts.say(error.sentence, **error.values)
    return texts.say(Sentence.DOWNLOAD_FAILED)
