"""What a server refused once is not sent again, and nothing else is left out."""

from typing import Any

import pytest

from model_service import SamplingParams
from model_service.backends.remote.dialect import Dialect
from model_service.backends.remote.faults import judge

SAMPLING = SamplingParams(max_tokens=9, temperature=0.5, top_p=0.6, seed=7)
ALL = {"stream_options", "chat_template_kwargs", "top_p", "seed", "temperature", "max_tokens"}


def body(dialect: Dialect) -> dict[str, Any]:
    """Return a request without what all have."""
    said = dialect.body("m", [{"role": "user", "content": "q"}], SAMPLING)
    assert (said.pop("model"), said.pop("stream"), len(said.pop("messages"))) == ("m", True, 1)
    return said


@pytest.mark.parametrize(
    ("status", "words", "left"),
    [
        (422, '{"detail": "Unexpected fields in the request: {\'stream_options\'}"}', ALL - {"stream_options"}),
        (422, '{"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}', ALL - {"seed"}),
        (422, "Unprocessable", {"temperature", "max_tokens"}),
        (
            400,
            '{"error": {"message": "Unrecognized request argument: chat_template_kwargs"}}',
            ALL - {"chat_template_kwargs"},
        ),
        (400, '{"error": {"message": "temperature is not supported with this model"}}', ALL - {"temperature"}),
        (
            400,
            '{"error": {"message": "Unsupported parameter: \'max_tokens\'. Use \'max_completion_tokens\' instead."}}',
            ALL - {"max_tokens"} | {"max_completion_tokens"},
        ),
    ],
)
def test_what_is_named_is_left_out(status: int, words: str, left: set[str]) -> None:
    """From then on; where nothing is named, all that can be done without."""
    dialect = Dialect()
    sent = body(dialect)
    assert set(sent) == ALL
    assert dialect.learn(sent, judge(status, words))
    assert set(body(dialect)) == left


def test_what_teaches_nothing_is_a_refusal() -> None:
    """Or it would be asked again for ever."""
    dialect = Dialect()
    sent = body(dialect)
    assert not dialect.learn(sent, judge(400, '{"error": {"message": "no pictures here"}}'))
    assert dialect.learn(sent, judge(422, "Unprocessable"))
    again = body(dialect)
    assert not dialect.learn(again, judge(422, "Unprocessable"))


def test_of_two_answers_that_are_refused_at_once_both_are_asked_again() -> None:
    """Though the second teaches nothing new."""
    dialect = Dialect()
    first, second = body(dialect), body(dialect)
    refusal = judge(422, '{"detail": "seed"}')
    assert dialect.learn(first, refusal) and dialect.learn(second, refusal)


def test_the_choice_of_words_is_told_only_where_there_is_one() -> None:
    """A temperature of 0 takes the most likely word, whatever the rest."""
    said = Dialect().body("m", [], SamplingParams(temperature=0.0, seed=7))
    assert said["temperature"] == 0 and not {"top_p", "seed"} & set(said)
