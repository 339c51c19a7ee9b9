"""Show the progress of a question until its answer is whole: the place in line, a notice, the text so far."""

import math
import time
from collections.abc import Callable

from assistant.answering import AnswerState
from assistant.combined_answer import APART, CombinedAnswer
from assistant.doubt import Verdict
from assistant.open_questions import OpenQuestion, Step
from assistant.question import Parts, Reading
from assistant.texts import Count, FamilySentence, LookSentence, Sentence, ServerSentence, Texts
from assistant.texts.failures import excuse
from model_service import GenerationOutput, Health, ModelService, Stage, Trouble

STEP_SECONDS = 5
"""The step to which a wait is rounded up, so that an estimate does not look like a clock."""

MINUTE = 60

NOTICE_SECONDS = 0.7
"""The seconds in which nothing is said of being at work: an answer that comes sooner would replace it at once."""


class Progress:
    """The progress of one question: `output` is the newest about the current picture, None until that is in line.

    `answer` holds the finished answers about the pictures before; `grows`: show the text while it is written.
    """

    def __init__(
        self,
        texts: Texts,
        model: ModelService,
        answer: CombinedAnswer | None = None,
        *,
        grows: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.output: GenerationOutput | None = None
        self.question: OpenQuestion | None = None
        self.parts: Parts | None = None
        self.before: Reading | None = None
        self.together = 0
        self.answer = answer or CombinedAnswer()
        self._texts = texts
        self._model = model
        self._grows = grows
        self._clock = clock
        self._begun = clock()

    def follow(self, state: AnswerState) -> bool:
        """Take over a state; return whether to show it at once. Later places in line can wait."""
        first = self.output is None
        changed = (state.parts is not None and state.parts != self.parts) or (state.before is not self.before)
        self.question, self.output, self.parts = state.question, state.output, state.parts
        self.before, self.together = state.before, state.together
        if state.together:
            self.answer.unite()
        for reading in state.readings[self.answer.done :]:
            self.answer.add(self._said_about(reading))
        output = state.output
        if output is None:
            return first and not state.readings
        return (first or changed or output.stage is not Stage.WAITING) and output.finish_reason is None

    def _said_about(self, reading: Reading) -> str:
        if reading.error is not None and self.question is not None:
            return excuse(self._texts, reading.error, self.question.update_id)
        nothing = FamilySentence.ONLY_THOUGHTS if reading.thoughts else Sentence.NO_WORDS
        return reading.marked or self._texts.say(nothing)

    @property
    def written(self) -> str:
        """The answer so far, in Markdown with marks of doubt; empty before its first word."""
        return self.answer.with_next(self._said)

    @property
    def _said(self) -> str:
        """What is said about the current picture: by the first look, as long as the second one is not done."""
        if self.before is not None:
            judged = self.before.judgement
            return "" if judged is not None and judged.verdict is Verdict.CANNOT_READ else self.before.marked
        return "" if self.output is None else self.output.text.strip()

    def text(self) -> str:
        """Return the text to show now; empty if there is nothing to say yet."""
        if self._grows and self._said:
            return APART.join(part for part in (self.written, self.notice) if part)
        notice = self._notice()
        earlier = self.answer.text if self._grows else ""
        return APART.join(part for part in (earlier, notice) if part)

    @property
    def notice(self) -> str:
        """What is said under the first look's answer while there is a second look; else nothing."""
        return "" if self.before is None or not self._said else self._notice()

    def _notice(self) -> str:
        """Return the notice while nothing is written about the current picture; at first only what has to be told."""
        early = self._clock() - self._begun < NOTICE_SECONDS
        if self.output is not None and self.output.stage is not Stage.WAITING:
            return "" if early else self._at_work()
        if self._model.health is Health.LOADING:
            return starting_up(self._texts, self._model)
        if is_away(self._model):
            return self._texts.say(ServerSentence.AWAY)
        if self.question is not None and self.question.step is Step.BEHIND:
            return "" if early else self._texts.say(Sentence.EARLIER_FIRST)
        return self._waiting(early=early)

    def _waiting(self, *, early: bool) -> str:
        """Return the place in line; of a second look only one that others are before."""
        place = None if self.question is None else self._model.place(self.question.request)
        if self.before is not None and (place is None or not place.ahead):
            return "" if early else self._looking()
        if place is not None:
            return in_line(self._texts, place.ahead, place.seconds)
        return "" if self.output is None else in_line(self._texts, self.output.waiting, self.output.wait_seconds)

    def _at_work(self) -> str:
        return self._texts.say(ServerSentence.AWAY) if is_away(self._model) else self._looking()

    def _looking(self) -> str:
        number, count = self.answer.done + 1, self.answer.pictures
        if self.output is not None and self.output.thoughts:
            return self._texts.say(FamilySentence.THINKING)
        if self.before is not None:
            return self._texts.say(LookSentence.LOOKING_CLOSER)
        if self.parts is not None and self.parts.count > 1:
            number = min(len(self.parts.read) + 1, self.parts.count)
            return self._texts.say(Sentence.LOOKING_AT_PART, number=number, count=self.parts.count)
        if self.together > 1:
            return self._texts.say(FamilySentence.LOOKING_TOGETHER, pictures=Count.PICTURES.of(self.together))
        if count == 1:
            return self._texts.say(Sentence.LOOKING)
        return self._texts.say(Sentence.LOOKING_AT, number=min(number, count), count=count)


def is_away(model: ModelService) -> bool:
    """Whether the model runs on a server that does not answer now."""
    return model.server is not None and model.server.trouble is Trouble.AWAY


def starting_up(texts: Texts, model: ModelService) -> str:
    """Say how far the model is loaded, once something is; or that its server does not answer."""
    if is_away(model):
        return texts.say(ServerSentence.AWAY)
    percent = int(100 * model.load_progress)
    return texts.say(Sentence.STARTING_UP_PERCENT, percent=percent) if percent else texts.say(Sentence.STARTING_UP)


def in_line(texts: Texts, ahead: int, seconds: float | None) -> str:
    """Say the place of a question behind `ahead` others, and in about how many seconds it begins, if known."""
    place = ahead + 1
    if seconds is None:
        return texts.say(Sentence.IN_LINE, place=place)
    rounded = STEP_SECONDS * max(1, math.ceil(seconds / STEP_SECONDS))
    wait = Count.SECONDS.of(rounded) if rounded <= MINUTE else Count.MINUTES.of(math.ceil(seconds / MINUTE))
    return texts.say(Sentence.IN_LINE_FOR, place=place, wait=wait)
