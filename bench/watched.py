"""An answer of an engine up to where the assistant would break it off, as it makes no sense any more."""

from collections.abc import Sequence

from assistant.doubt import Watch, cut_off
from model_service import Doubt, Engine, GenerationOutput, GenerationRequest, Stage, Sureness
from model_service.running_answer import doubts_with


def ask(engine: Engine, request: GenerationRequest) -> tuple[str, tuple[Doubt, ...]]:
    """Return what the engine says until it is stopped, and the doubts about it."""
    said, doubts, watch = "", tuple[Doubt, ...](), Watch(engine.info.sureness)
    for step in engine.generate(request):
        doubts = doubts_with(doubts, len(said), step)
        said += step.text
        if watch.nonsense_in(GenerationOutput(Stage.WRITING, said, doubts=doubts)) is not None:
            break  # What is left of the iterator is closed with it.
    return said, doubts


def stopped(said: str, doubts: Sequence[Doubt], sureness: Sureness | None) -> tuple[GenerationOutput, bool]:
    """Return what of an answer is told, and whether it was broken off behind that."""
    written = GenerationOutput(Stage.WRITING, said, doubts=tuple(doubts))
    end = Watch(sureness).nonsense_in(written)
    return (written, False) if end is None else (cut_off(written, end), True)
