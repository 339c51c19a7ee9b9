"""An engine that knows the answers of an exam."""

from collections.abc import Iterable, Iterator

from model_service import GLM4V_DIAL, DetailPlan, EngineInfo, EngineStep, FinishReason, GenerationRequest, OutOfMemory
from training.exam import Sheet


class Oracle:
    """Give the right answer; at `low` nothing, and at `max` run out of memory."""

    info = EngineInfo("oracle", "cpu", "float32", 1600, GLM4V_DIAL)

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._answers = {(sheet.picture, qa.question): qa.answer for sheet in sheets for qa in sheet.questions}
        self.closed = False

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Plan no grid."""
        return None

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield the answer in two pieces."""
        if str(request.detail) == "max":
            raise OutOfMemory("too large a picture")
        (picture,) = request.pictures
        answer = self._answers[picture.data, request.messages[-1].text]
        if str(request.detail) == "low":
            answer = ""
        half = len(answer) // 2
        yield EngineStep(answer[:half])
        yield EngineStep(answer[half:], FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Do nothing: no chat is remembered."""

    def close(self) -> None:
        """Remembers it."""
        self.closed = True
