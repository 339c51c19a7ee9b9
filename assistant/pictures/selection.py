"""Which pages of a document a question is about."""

from assistant.pictures.refusals import BadSelection
from assistant.texts import Count, Sentence
from assistant.wording.pages import PAGES, chosen

MOST_PAGES = 10
"""The most pages of a document that one question is about; of more, the first ones are read."""


def pages_named(question: str, pages: int) -> list[int]:
    """Return the numbers, from 1, of the pages that a question names; the first one if it names none.

    Raises:
        BadSelection: there are no such pages.
    """
    numbers = chosen(question, PAGES, pages) or [1]
    if not 1 <= numbers[0] <= numbers[-1] <= pages:
        raise BadSelection(Sentence.NO_SUCH_PAGE, pages=Count.PAGES.of(pages))
    return numbers[:MOST_PAGES]
