"""What a server refused once is not sent again, and nothing else is left out."""

from typing import Any

import pytest

from model_service import SamplingParams
from model_service.backends.remote.dialect import Dialect
from model_service.backends.remote.faults import judge

SAMPLING = SamplingParams(max_tokens=9, temperature=0.5, top_p=0.6, seed=7)
RATINGS = {"logprobs", "top_logprobs"}
ALL = RATINGS | {"stream_options", "chat_template_kwargs", "top_p", "seed", "temperature", "max_tokens"}


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
        (422, '{"detail": "Unexpected fields: top_logprobs, logprobs, seed"}', ALL - RATINGS - {"seed"}),
        (422, '{"detail": "Unexpected fields: top_logprobs"}', ALL - {"top_logprobs"}),
        (400, "Requested sample logprobs of 2, which is greater than max allowed: 1", ALL - {"top_logprobs"}),
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
    dialect.answered(sent)
    assert not dialect.learn(sent, judge(400, '{"error": {"message": "no pictures here"}}'))
    assert dialect.learn(sent, judge(422, "Unprocessable"))
    again = body(dialect)
    assert set(again) >= RATINGS
    assert not dialect.learn(again, judge(422, "Unprocessable"))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Bad Request"),
        (400, '{"error": {"message": "logprobs is not supported with this model"}}'),
        (403, '{"error": {"message": "You are not allowed to request logprobs from this model"}}'),
        (404, '{"error": {"message": "model m: logprobs are not available"}}'),
        (500, "Internal Server Error"),
        (501, '{"error": {"message": "not implemented"}}'),
    ],
)
def test_a_server_that_tells_no_probabilities_is_not_asked_for_them(status: int, words: str) -> None:
    """First for those of one token alone, as some tell no others; all else is asked as before."""
    dialect = Dialect()
    sent = body(dialect)
    assert dialect.learn(sent, judge(status, words))
    once = body(dialect)
    assert set(once) == ALL - {"top_logprobs"}
    assert dialect.learn(once, judge(status, words))
    twice = body(dialect)
    assert set(twice) == ALL - RATINGS
    assert not dialect.learn(twice, judge(status, words))


@pytest.mark.parametrize("status", [400, 500])
def test_what_goes_wrong_later_is_not_about_probabilities(status: int) -> None:
    """Where they were told before; unless the server says so."""
    dialect = Dialect()
    sent = body(dialect)
    dialect.answered(sent)
    assert not dialect.learn(sent, judge(status, "Failed"))
    assert dialect.learn(sent, judge(400, "logprobs are not allowed"))
    assert set(body(dialect)) == ALL - {"top_logprobs"}


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
