"""Questions have one right answer, and it is printed."""

import re

from tests.training.papers import drawn
from training.documents import PAPERS, Kind
from training.phrasing import WAYS
from training.questions import NAMINGS, NO, YES, Asked


def test_a_field_is_answered_as_printed() -> None:
    """Every part of a field's answer is in the text, blanks and line breaks aside."""
    for seed in range(300):
        page = drawn(seed)
        text = " ".join(page.text.split())
        for qa in page.qa:
            if qa.kind is Asked.FIELD and qa.field != "address":
                assert qa.answer in text
            elif qa.kind is Asked.FIELD:
                assert all(part in text for part in qa.answer.split(", "))


def test_the_first_question_reads_everything() -> None:
    """The page's text is the answer, and lines are lines of it."""
    for seed in range(100):
        page = drawn(seed)
        assert page.qa[0].kind is Asked.TEXT
        assert page.qa[0].answer == page.text
        assert all(qa.answer in page.text.split("\n") for qa in page.qa if qa.kind is Asked.LINE)


def test_what_is_denied_is_not_there() -> None:
    """A denied field has the one sentence, in about 8 % of questions; a plainly printed one is never denied."""
    denied = asked = 0
    for seed in range(400):
        page = drawn(seed, PAPERS[seed % len(PAPERS)])
        asked += len(page.qa)
        for qa in page.qa:
            if qa.kind is Asked.ABSENT:
                denied += 1
                assert qa.field not in NAMINGS or qa.answer in denials(qa.field)
                assert not any(re.search(sign, page.text) for sign in SIGNS.get(qa.field, ()))
                assert not (qa.field == "total" and page.kind is Kind.RECEIPT)
                assert not (qa.field == "number" and any(other.field == "phone" for other in page.qa))
    assert 0.04 < denied / asked < 0.14


def denials(field: str) -> set[str]:
    """Return the sentences that deny a field, in English and in Chinese."""
    naming = NAMINGS[field]
    return {f"There is no {naming.nouns[0]} in the picture.", f"图中没有{naming.chinese[0]}。"}


SIGNS = {
    "email": (r"\w@\w+.*\.",),
    "web": (r"www\.", "https:"),
    "date": (r"\d{4}-\d\d-\d\d", r"\d/\d\d/\d"),
    "weight": (r"\d kg",),
}


def test_a_mention_is_judged_rightly() -> None:
    """Yes exactly where the word stands on the page."""
    for seed in range(200):
        page = drawn(seed)
        for qa in page.qa:
            if qa.kind is Asked.MENTION:
                assert qa.answer in {*YES, *NO}
                assert (qa.answer in YES) == any(
                    re.search(rf"(?<![a-z]){word}(?![a-z])", qa.question, re.IGNORECASE)
                    for word in re.findall(r"[^\W\d_]{4,}", page.text)
                    if word not in OWN
                )


OWN = frozenset({"mention", "Does", "does", "word", "there", "appear", "text", "Thanks", "contain", "page", "that"})
"""Words of the questions themselves."""


def test_wording_of_the_exam_is_kept_out_of_training() -> None:
    """No test paraphrase is a training one, in English or in Chinese."""
    for name, phrases in vars(WAYS).items():
        assert not set(phrases.train) & set(phrases.test), name
        assert phrases.chinese[-1] not in (*phrases.chinese[:-1], *phrases.more_chinese), name


def test_held_out_wording_is_never_trained() -> None:
    """No question of the exam stands, word for word, among those of training."""
    for phrases in vars(WAYS).values():
        trained = {way.lower() for way in (*phrases.train, *phrases.more)}
        assert not trained & {way.lower() for way in phrases.test}
        assert phrases.chinese[-1] not in (*phrases.chinese[:-1], *phrases.more_chinese)
