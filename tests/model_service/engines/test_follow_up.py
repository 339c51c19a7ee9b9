"""Conversations through the engine: what is remembered of them changes no answer."""

import itertools
import json
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import torch

from model_service import (
    Detail,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Message,
    ModelConfig,
    OutOfMemory,
    PictureRef,
    PictureRejected,
    SamplingParams,
    with_pictures,
)
from model_service.engines import glm4v_engine as engine_module
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.picture import open_picture
from tests.bot.samples import picture
from tests.model_service.engines.tiny import write_checkpoint

PICTURES = {"left": picture(200, 200), "right": picture(100, 300)}
GREEDY = SamplingParams(max_tokens=12)
DRAWN = SamplingParams(max_tokens=12, temperature=1.0, top_p=1.0, seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint with positions for a conversation."""
    checkpoint = write_checkpoint(tmp_path_factory.mktemp("follow-up") / "tiny")
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(config | {"seq_length": 512}))
    return checkpoint


@pytest.fixture
def warm(folder: Path) -> Iterator[GLM4VEngine]:
    """Remembers."""
    loaded = load_engine(ModelConfig(name=str(folder), device="cpu"))
    yield loaded
    loaded.close()


@pytest.fixture
def cold(folder: Path) -> Iterator[GLM4VEngine]:
    """Remembers nothing."""
    config = ModelConfig(name=str(folder), device="cpu", feature_cache_mib=0, prefix_cache_mib=0)
    loaded = load_engine(config)
    yield loaded
    loaded.close()


class Chat:
    """A person who asks one question after the other about a picture."""

    def __init__(self, name: str, seen: bytes | None, sampling: SamplingParams = GREEDY) -> None:
        self.name, self.seen, self.sampling = name, seen, sampling
        self.history: list[Message] = []
        self.number = itertools.count()

    def request(self, question: str) -> GenerationRequest:
        """The question behind what was said."""
        messages = (*self.history, Message("user", question))
        name = f"{self.name} {next(self.number)}"
        return GenerationRequest(
            name,
            self.name,
            with_pictures(messages, PictureRef(self.seen, Detail(16))) if self.seen else messages,
            self.sampling,
        )

    def note(self, question: str, steps: list[EngineStep]) -> None:
        """Remember what was said."""
        answer = "".join(step.text for step in steps)
        self.history += (Message("user", question), Message("assistant", answer))


@pytest.mark.parametrize("sampling", [GREEDY, DRAWN], ids=["greedy", "drawn"])
def test_conversations_are_answered_as_from_a_cold_start(
    warm: GLM4VEngine, cold: GLM4VEngine, sampling: SamplingParams
) -> None:
    """Three chats by turns, two of them about one picture and one about none: each answer is the same to the token."""
    chats = [Chat("a", PICTURES["left"], sampling), Chat("b", PICTURES["left"], sampling), Chat("c", None, sampling)]
    for question in ("What is it?", "And why?", "Since when?", "Are you sure?"):
        for chat in chats:
            request = chat.request(f"{question} ({chat.name})")
            steps = list(warm.generate(request))
            assert steps == list(cold.generate(request))
            chat.note(question, steps)


def test_another_picture_in_the_same_chat_is_looked_at(warm: GLM4VEngine, cold: GLM4VEngine) -> None:
    """The same words about a new picture are not answered from the old one."""
    for name in ("left", "right", "left"):
        request = Chat("a", PICTURES[name]).request("What is it?")
        assert list(warm.generate(request)) == list(cold.generate(request))


def test_an_answer_that_was_left_is_a_beginning(warm: GLM4VEngine, cold: GLM4VEngine) -> None:
    """Someone stops an answer after three tokens and asks on."""
    chat = Chat("a", PICTURES["left"])
    answering = warm.generate(chat.request("What is it?"))
    assert isinstance(answering, Generator)
    chat.note("What is it?", list(itertools.islice(answering, 3)))
    answering.close()
    request = chat.request("And why?")
    assert list(warm.generate(request)) == list(cold.generate(request))


def test_answers_that_are_written_by_turns_do_not_mix(warm: GLM4VEngine, cold: GLM4VEngine) -> None:
    """Of two chats, and of one chat twice: a token here, a token there, and each answer is whole."""
    chat = Chat("a", PICTURES["left"])
    chat.note("What is it?", list(warm.generate(chat.request("What is it?"))))
    other = Chat("b", PICTURES["left"])
    requests = [chat.request("And why?"), chat.request("Since when?"), other.request("What is it?")]
    rounds = itertools.zip_longest(*(warm.generate(request) for request in requests))
    answers = [[step for step in steps if step is not None] for steps in zip(*rounds, strict=True)]
    assert answers == [list(cold.generate(request)) for request in requests]


def test_a_follow_up_neither_decodes_nor_prepares_the_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size and its features are known, even after another chat's picture; `forget` drops both."""
    opened = []

    def watched(data: bytes) -> object:
        opened.append(data)
        return open_picture(data)

    monkeypatch.setattr(engine_module, "open_picture", watched)
    engine = load_engine(ModelConfig(name=str(folder), device="cpu"))
    chat = Chat("a", PICTURES["left"])
    for request in (chat.request("What is it?"), Chat("b", PICTURES["right"]).request("?"), chat.request("And why?")):
        engine.plan(request)
        list(engine.generate(request))
    assert opened == [PICTURES["left"], PICTURES["right"]]
    engine.forget("a")
    list(engine.generate(chat.request("And why?")))
    assert opened[2:] == [PICTURES["left"]]
    engine.close()


def test_out_of_memory_concerns_one_request(
    warm: GLM4VEngine, cold: GLM4VEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When even without what was kept there is no memory, the request says so; the next one is answered rightly."""
    chat = Chat("a", PICTURES["left"])
    chat.note("What is it?", list(warm.generate(chat.request("What is it?"))))

    def full(*_: object) -> torch.Tensor:
        raise torch.OutOfMemoryError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(engine_module, "to_pixels", full)
        with pytest.raises(OutOfMemory):
            list(warm.generate(Chat("b", PICTURES["right"]).request("What is it?")))
    request = chat.request("And why?")
    assert list(warm.generate(request)) == list(cold.generate(request))


def test_a_failed_question_spoils_nothing(warm: GLM4VEngine, cold: GLM4VEngine) -> None:
    """A broken picture in between, and the conversation goes on."""
    chat = Chat("a", PICTURES["left"])
    chat.note("What is it?", list(warm.generate(chat.request("What is it?"))))
    with pytest.raises(PictureRejected):
        list(warm.generate(Chat("a", b"no picture").request("And this?")))
    request = chat.request("And why?")
    steps = list(warm.generate(request))
    assert steps == list(cold.generate(request))
    assert steps[-1].finish_reason in {FinishReason.STOP, FinishReason.LENGTH}


def test_a_picture_whose_digest_is_known_is_not_hashed(warm: GLM4VEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor opened again; another picture with another digest is another one."""
    seen = {name: PictureRef(data, Detail(16), digest=name) for name, data in PICTURES.items()}

    def asked(name: str, chat: str) -> str:
        request = Chat(chat, None).request("What is it?")
        whole = GenerationRequest(request.id, chat, with_pictures(request.messages, seen[name]), GREEDY)
        return "".join(step.text for step in warm.generate(whole))

    monkeypatch.setattr(warm, "_hashed", lambda _: pytest.fail("it was hashed"))
    answers = [asked(name, name) for name in PICTURES]
    opened = list[bytes]()
    monkeypatch.setattr(warm, "_open", opened.append)
    assert [asked(name, f"{name} again") for name in PICTURES] == answers
    assert not opened
    monkeypatch.undo()
    warm.forget("left")
    unknown = [PictureRef(data, Detail(16)) for data in PICTURES.values()]
    seen = dict(zip(PICTURES, unknown, strict=True))
    assert [asked(name, f"{name} unknown") for name in PICTURES] == answers
