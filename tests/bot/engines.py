"""The one fake at the edge: an engine that says what a test wants."""

import threading
from collections.abc import Iterator

from model_service import (
    GLM4V_DIAL,
    MAX_TOKENS,
    STANDARD,
    Ability,
    DetailPlan,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Likely,
    OutOfMemory,
    ReaderInfo,
    Sureness,
    Transcription,
    open_picture,
    plan_detail,
)


class ScriptedEngine:
    """Answers with `pieces`; `hold` stops it before the piece of that number until `go` is set.

    `failure` is raised instead of an answer, `then_raise` at its end. Every request is kept in `requests`.
    `most_tokens` is what memory allows for a picture. It describes pictures only if a test adds that to `abilities`.
    `doubts` are how likely pieces were, by their numbers; with a `sureness` they are made something of. `closer` are
    the pieces that it says instead, with how likely they were, where it may spend more than STANDARD's tokens;
    `hold_closer` stops it before the first of these. With a `reader` what is to be transcribed is `transcript`, lines
    with how likely they are, and then it fails, where there is a `reader_failure`. It sees up to `together` pictures in
    one request, which have `all_tokens` in all; where it `holds` fewer it finds no memory for more. With `thoughts` it
    can think, piece by piece; with `only_thinks` that is all.
    """

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces or ("A grey ", "gradient.")
        self.requests: list[GenerationRequest] = []
        self.failure: Exception | None = None
        self.then_raise: Exception | None = None
        self.finish = FinishReason.STOP
        self.hold: int | None = None
        self.held = threading.Event()
        self.go = threading.Event()
        self.most_tokens = MAX_TOKENS
        self.dial = GLM4V_DIAL
        self.abilities = {Ability.TEXT, Ability.TABLE}
        self.languages: tuple[str, ...] = ()
        self.sureness: Sureness | None = None
        self.doubts: dict[int, Likely] = {}
        self.closer: tuple[tuple[str, float], ...] = ()
        self.hold_closer = False
        self.together = 1
        self.all_tokens: int | None = None
        self.holds = 100
        self.thoughts: tuple[str, ...] = ()
        self.only_thinks = False
        self.family = ""
        self.reader: ReaderInfo | None = None
        self.reader_failure: Exception | None = None
        self.transcript: tuple[tuple[str, float], ...] = ()
        self.fixed_prompts: dict[Transcription, str] = {}

    @property
    def info(self) -> EngineInfo:
        """Facts about no model at all."""
        return EngineInfo(
            "scripted",
            "cpu",
            "float32",
            self.most_tokens,
            self.dial,
            pictures_per_request=self.together,
            all_visual_tokens=self.all_tokens,
            family=self.family,
            can_think=bool(self.thoughts),
            abilities=tuple(self.abilities),
            languages=self.languages,
            sureness=self.sureness,
            reader=self.reader,
            fixed_prompts=self.fixed_prompts,
        )

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the real plan for the real picture."""
        if not request.pictures or (self.reads(request) and self.reader is not None and self.reader.engine is None):
            return None
        assert len(request.pictures) <= self.together
        picture = request.pictures[0]
        size = open_picture(picture.data).size
        if picture.region is not None:
            size = picture.region.size(*size)
        return plan_detail(self.dial, picture.detail, *size, self.info.tokens_each(len(request.pictures)))

    def reads(self, request: GenerationRequest) -> bool:
        """Whether the reader takes a request."""
        return self.reader is not None and request.transcription in self.reader.writes

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Say the pieces."""
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        if len(request.pictures) > self.holds:
            raise OutOfMemory(f"no room for {len(request.pictures)} pictures")
        if self.reads(request):
            yield from self._transcribed()
            return
        for number, _ in enumerate(self.thoughts if request.thinking else ()):
            yield EngineStep("", thoughts="".join(self.thoughts[: number + 1]))
        if self.only_thinks and request.thinking:
            yield EngineStep("", FinishReason.LENGTH)
            return
        closer = bool(self.closer) and request.detail.tokens > STANDARD.tokens
        pieces = [piece for piece, _ in self.closer] if closer else self.pieces
        likely = {number: (each, 0.0) for number, (_, each) in enumerate(self.closer)} if closer else self.doubts
        for number, piece in enumerate(pieces):
            if number == (0 if closer and self.hold_closer else self.hold):
                self.held.set()
                while not self.go.wait(0.01):
                    yield EngineStep("")
            yield EngineStep(piece, likely=likely.get(number))
        if self.then_raise is not None:
            raise self.then_raise
        yield EngineStep("", self.finish)

    def _transcribed(self) -> Iterator[EngineStep]:
        assert self.reader is not None
        yield EngineStep("", reader=self.reader.name)
        for number, (line, probability) in enumerate(self.transcript):
            if number == self.hold:
                self.held.set()
                while not self.go.wait(0.01):
                    yield EngineStep("")
            yield EngineStep(line, likely=(probability, 0.0))
        if self.reader_failure is not None:
            raise self.reader_failure
        yield EngineStep("", FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Do nothing: nothing is kept."""

    def close(self) -> None:
        """Release all held requests."""
        self.go.set()
