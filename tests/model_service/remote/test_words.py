"""What servers say, by tables: events, pieces, failures, and what of a text is its answer."""

import json

import pytest

from model_service.backends.remote.events import MOST_BYTES, Event, EventReader, TooLong
from model_service.backends.remote.faults import Kind, RemoteFault, judge
from model_service.backends.remote.pieces import Piece, read_body, read_event
from model_service.visible import visible

STREAM = (
    b": a comment\r\n\r\ndata: one\n\ndata: two\ndata: lines\r\n\r\nevent: error\ndata: {}\n\n"
    b"error: {\"code\": 400}\n\nid: 7\nretry: 1\n\ndata:tight\r\r" + "data: a\u2028b é\n\ndata: last".encode()
)  # fmt: skip
EVENTS = [
    Event(data="one"),
    Event(data="two\nlines"),
    Event("error", "{}"),
    Event(error='{"code": 400}'),
    Event(data="tight"),
    Event(data="a\u2028b é"),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    """Lines end by \\n, \\r\\n or \\r alone; comments and other fields say nothing; the last needs no empty line."""
    reader, found = EventReader(), list[Event]()
    for start in range(0, len(STREAM), size):
        found += reader.feed(STREAM[start : start + size])
    assert found == EVENTS
    assert reader.finish() == Event(data="last")
    assert reader.finish() is None


def test_an_event_without_an_end_is_broken_off() -> None:
    """However it is spread over lines."""
    with pytest.raises(TooLong):
        EventReader().feed(b"x" * (MOST_BYTES + 1))
    reader = EventReader()
    with pytest.raises(TooLong):
        for _ in range(MOST_BYTES // 1000 + 1):
            reader.feed(b"data: " + b"x" * 1000 + b"\n")


USAGE = {"prompt_tokens": 7, "completion_tokens": 2}


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        ("[DONE]", Piece(end=True)),
        ({"choices": [{"delta": {"content": "a"}}]}, Piece("a")),
        ({"choices": [{"delta": {"role": "assistant", "content": None}}]}, Piece()),
        ({"choices": [{"delta": {"reasoning_content": "hm", "reasoning": "hm"}}]}, Piece()),
        ({"choices": [{"delta": {"content": ""}, "finish_reason": "length"}]}, Piece(finish="length")),
        ({"choices": [], "usage": USAGE}, Piece(prompt_tokens=7, completion_tokens=2)),
        (
            {"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": USAGE},
            Piece(finish="stop", prompt_tokens=7, completion_tokens=2),
        ),
        ({"choices": [{"delta": {"content": "a"}}], "usage": None}, Piece("a")),
        (
            {
                "choices": [
                    {"delta": {"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "a"}]}}
                ]
            },
            Piece("a"),
        ),
        ({"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}, Piece("whole", "stop")),
    ],
)
def test_a_piece_is_read_in_every_shape(data: object, piece: Piece) -> None:
    """Usage in or beside choices, contents of parts, thoughts beside the answer."""
    assert read_event(Event(data=data if isinstance(data, str) else json.dumps(data))) == piece


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (Event(data='{"error": {"message": "full", "type": "Service Unavailable", "code": 503}}'), Kind.BUSY),
        (Event("error", '{"error": {"message": "The number of tokens exceeds the context length"}}'), Kind.TOO_LONG),
        (Event(error='{"code": 400, "message": "x", "type": "exceed_context_size_error"}'), Kind.TOO_LONG),
        (Event(data='{"error": "cuda died"}'), Kind.FAILED),
        (Event(data='{"object": "error", "message": "bad", "code": 400}'), Kind.REFUSED),
        (Event(data='{"detail": "gone"}'), Kind.FAILED),
        (Event(data="<html>"), Kind.GARBLED),
        (Event(data='{"choices": 7}'), Kind.GARBLED),
        (Event(data='["a"]'), Kind.GARBLED),
        (Event(data='{"choices": [{"delta": {"content": 7}}]}'), Kind.GARBLED),
        (Event(data="[" * 100_000), Kind.GARBLED),
    ],
)
def test_an_error_within_a_stream_is_no_piece(event: Event, kind: Kind) -> None:
    """Servers report failures with a status of 200, each in its own field."""
    with pytest.raises(RemoteFault) as caught:
        read_event(event)
    assert caught.value.kind is kind


def test_what_cannot_be_read_is_not_repeated() -> None:
    """An answer's words do not get into the log."""
    with pytest.raises(RemoteFault) as caught:
        read_body('{"choices": "Ada owes 7 pounds"')
    assert "Ada" not in caught.value.text


VLLM_LONG = (
    "This model's maximum context length is 4096 tokens. However, you requested 1024 output tokens and your prompt "
    "contains at least 3500 input tokens, for a total of at least 4524 tokens."
)
VLLM_ANSWER = (
    "'max_tokens' or 'max_completion_tokens' is too large: 9000. This model's maximum context length is 4096 tokens "
    "and your request has 120 input tokens (9000 > 4096 - 120)."
)
VLLM_COUNTED_ON = (
    "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, "
    "which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. "
    "(parameter=input_tokens, value=4097)"
)
LLAMA_LONG = {
    "code": 500,
    "message": "no room",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 99,
    "n_ctx": 64,
}


@pytest.mark.parametrize(
    ("status", "body", "kind", "prompt", "most"),
    [
        (400, {"error": {"message": VLLM_LONG, "type": "BadRequestError", "code": 400}}, Kind.TOO_LONG, None, 4096),
        (400, {"error": {"message": VLLM_COUNTED_ON, "code": 400}}, Kind.TOO_LONG, None, 4096),
        (400, {"error": {"message": VLLM_ANSWER, "code": 400}}, Kind.TOO_LONG, 120, 4096),
        (400, {"error": {"message": "Input length (6093) exceeds model's maximum context length (4096)."}},
         Kind.TOO_LONG, 6093, 4096),
        (500, {"error": LLAMA_LONG}, Kind.TOO_LONG, 99, 64),
        (400, {"error": {"code": "context_length_exceeded", "message": "too long"}}, Kind.TOO_LONG, None, None),
        (400, {"object": "error", "message": "The input (9 tokens) is longer than the model's context length (8)"},
         Kind.TOO_LONG, 9, 8),
        (401, {"error": {"message": "Incorrect API key provided: sk-abc"}}, Kind.KEY, None, None),
        (403, "no", Kind.KEY, None, None),
        (404, {"error": {"message": "The model `x` does not exist.", "type": "NotFoundError"}}, Kind.MODEL, None, None),
        (404, "<html>404</html>", Kind.MODEL, None, None),
        (400, {"detail": "Server is pinned to 'a'; requested 'b'."}, Kind.MODEL, None, None),
        (400, {"error": {"message": "model 'x' not found"}}, Kind.MODEL, None, None),
        (422, {"detail": "Unexpected fields in the request: {'seed'}"}, Kind.REFUSED, None, None),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "Extra", "input": "secret"}]}, Kind.REFUSED, None, None),
        (413, "too large", Kind.REFUSED, None, None),
        (429, {"error": {"message": "slow down"}}, Kind.BUSY, None, None),
        (429, {"error": {"code": "insufficient_quota"}}, Kind.REFUSED, None, None),
        (503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, Kind.BUSY, None, None),
        (502, "<html>Bad gateway</html>", Kind.CUT, None, None),
        (504, "", Kind.CUT, None, None),
        (500, "Internal Server Error", Kind.FAILED, None, None),
    ],
)  # fmt: skip
def test_a_refusal_is_judged_by_what_it_says(
    status: int, body: object, kind: Kind, prompt: int | None, most: int | None
) -> None:
    """By its type and words before its status, in all shapes."""
    fault = judge(status, body if isinstance(body, str) else json.dumps(body))
    assert (fault.kind, fault.prompt, fault.most) == (kind, prompt, most)
    assert "secret" not in fault.text and "sk-abc" not in fault.text


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("", None), ("Mon, 30 Nov 2026", None)])
def test_a_server_may_say_when_to_come_back(header: str, seconds: float | None) -> None:
    """In seconds."""
    assert judge(429, "", header).retry_after == seconds


ANSWERS = [
    ("The total is 7.", "The total is 7."),
    ("<think>hm\n\nso</think>\n\nThe total is 7.", "The total is 7."),
    ("so it is</think>The total is 7.", "The total is 7."),
    ("<think>hm</think><answer>The total is <|begin_of_box|>7<|end_of_box|>.</answer>", "The total is 7."),
    ("<|begin_of_box|>7<|end_of_box|>", "7"),
    ("<answer>7</answer>\n", "7"),
    ("7<|user|>", "7"),
    ("7\n<|endoftext|><|im_end|>\n", "7\n"),
    ("a < b and <b> and </think", "a < b and <b> and </think"),
    ("It prints <|user|> on it.", "It prints <|user|> on it."),
    ("  indented\n", "  indented\n"),
    ("<think>never ends", ""),
    ("", ""),
]


@pytest.mark.parametrize(("said", "answer"), ANSWERS)
def test_neither_thoughts_nor_marks_are_shown(said: str, answer: str) -> None:
    """The whole text."""
    assert visible(said, ended=True) == answer


@pytest.mark.parametrize(("said", "answer"), ANSWERS)
def test_no_half_of_a_mark_is_shown_while_a_text_grows(said: str, answer: str) -> None:
    """Whatever the pieces: what is shown is the beginning of the answer, or of thoughts that nothing has opened."""
    for length in range(len(said)):
        shown = visible(said[:length], ended=False)
        assert answer.startswith(shown) or (said.startswith("so it is") and said.startswith(shown))
        assert not any(mark in shown for mark in ("<think>", "<|begin", "<answer>"))
