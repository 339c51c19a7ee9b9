"""Read a picture piece by piece: read the pieces out and join them, or ask each, and say what they agree on."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import median

from assistant.combined_answer import APART
from assistant.doubt import Line, Verdict, judge, likeliness, lines_of, of_lines, shifted, stripped
from assistant.open_questions import OpenQuestion
from assistant.pieces import Piece
from assistant.question import Look, Parts, Question, Reading
from assistant.storage import Picture
from assistant.streaming import Streams
from assistant.texts import Sentence, Texts
from assistant.texts.failures import NoSuchPart
from assistant.wording.agreement import MOST, Difference, differences, overlap
from assistant.wording.joining import begins_again, is_loop, seam, without_repeats
from assistant.wording.parts import absence_in, digits_in, is_absent, names, parts_named
from assistant.wording.question import Task
from model_service import MAX_TOKENS, Detail, Doubt, FinishReason, GenerationOutput, Stage

MOST_SECONDS, MOST_SECONDS_FOR_TEXT = 90.0, 300.0
"""The seconds for which pieces are asked, and read out; those that are left by then are named under the answer."""

ENOUGH = 0.75
"""The share of what lines of print usually hold below which one of three seems to be missing."""


def _together(
    texts: Texts, answers: Mapping[int, str], absence: str, doubts: Mapping[int, tuple[Doubt, ...]]
) -> tuple[str, tuple[Doubt, ...]]:
    """Return one answer of those of several pieces, with the doubts about them: what all agree on, else each by name.

    What pieces agree on is as doubtful as it is to the piece that is surest of it.
    """
    if not answers:
        return absence or texts.say(Sentence.NOT_IN_PARTS), ()
    if len({_plain(answer) for answer in answers.values()}) == 1:
        surest = max(answers, key=lambda number: likeliness(doubts.get(number, ()), 0, len(answers[number])))
        return answers[surest], doubts.get(surest, ())
    whole, found = "", list[Doubt]()
    for number, text in answers.items():
        whole += f"{APART if whole else ''}**{texts.say(Sentence.PART_NAME, number=number)}** "
        found += shifted(doubts.get(number, ()), len(whole), len(whole) + len(text))
        whole += text
    return whole, tuple(found)


def _joined(before: Sequence[Line], output: GenerationOutput, read: str, piece: Piece) -> list[Line]:
    """Return lines with those of the next piece behind them; of what was written, `read` are the first lines."""
    following = lines_of(output.text, output.doubts)[: len(read.splitlines())]
    kept, begin = seam([line for line, _ in before], [line for line, _ in following], overlaps=piece.overlaps)
    return [*before[:kept], *following[begin:]]


def _plain(answer: str) -> str:
    return " ".join(answer.casefold().split()).strip(" .。")


def _closer(piece: Piece) -> Piece:
    """Return a piece as it is seen with twice as many tokens."""
    return replace(piece, detail=Detail(min(MAX_TOKENS, 2 * piece.detail.tokens)))


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at a piece that is read out: what was `read`, and all `lines` with it; by a `reader`, or the model.

    `sound`: it does not go in circles. `enough`: no line seems to be missing. `sure`: nothing in it is doubtful.
    """

    sound: bool
    enough: bool
    sure: bool
    read: str
    lines: list[Line]
    reader: str

    @property
    def good(self) -> bool:
        """Whether no second look is needed."""
        return self.sound and self.enough and self.sure


class Piecewise:
    """A question about a picture that is read piece by piece."""

    def __init__(
        self,
        streams: Streams,
        question: Question,
        opened: OpenQuestion,
        picture: Picture,
        pieces: Sequence[Piece],
        *,
        look: Look,
    ) -> None:
        self._streams = streams
        self._look = look
        self._question = question
        self._opened = opened
        self._picture = picture
        self._count = len(pieces)
        numbers, self._text = parts_named(question.parsed.text, len(pieces))
        if numbers and numbers[-1] > len(pieces):
            raise NoSuchPart(len(pieces))
        self._pieces = [piece for piece in pieces if not numbers or piece.number in numbers]
        self._begun, self._waited = time.monotonic(), 0.0
        self._before = GenerationOutput(Stage.WAITING)
        self._read: list[int] = []
        self._writers: list[str] = []
        """Who wrote down the pieces, each once: readers, or the model, as nobody."""
        self._broken_off = False
        self._differ: list[Difference] = []
        self._texts: dict[int, str] = {}
        self._lengths: list[float] = []
        """Letters that were read to a line of print, piece by piece."""

    def read(self) -> AsyncGenerator[Reading, None]:
        """Read the pieces out, or ask each of them; see `Reader.read`."""
        as_text = self._question.parsed.task is Task.TEXT or not self._text
        return self._read_out() if as_text else self._ask()

    async def _read_out(self) -> AsyncGenerator[Reading, None]:
        """Read one piece after the other, and join what they say."""
        lines: list[Line] = []
        text = self._text or self._question.texts.say(Sentence.PROMPT_TEXT)
        for piece in self._pieces:
            if self._lasts_longer_than(MOST_SECONDS_FOR_TEXT):
                break
            output, looks = GenerationOutput(Stage.WAITING), list[_Look]()
            # A second look if the first is no good; and one by the model, where a reader went round in circles twice.
            for looked in (piece, _closer(piece), piece):
                by_model = len(looks) == 2
                if by_model and (not output.reader or any(look.sound for look in looks)):
                    break
                so_far, read = lines, ""
                async with aclosing(self._stream(looked, text, alone=True, by_model=by_model)) as outputs:
                    async for output in outputs:
                        read = without_repeats(output.text, piece.lines)
                        so_far = _joined(lines, output, read, piece)
                        yield self._reading(output, of_lines(so_far)[0])
                        if is_loop(output.text) or begins_again(output.text, piece.lines):
                            break  # To leave is to abort.
                sound = not is_loop(output.text) and output.finish_reason is not FinishReason.BROKEN_OFF
                enough = not self._falls_short(read, piece)
                looks.append(_Look(sound, enough, self._is_sure(output), read, so_far, output.reader))
                if looks[-1].good:
                    break
            best = max(looks, key=lambda look: (look.sound, look.enough, look.sure, len(look.read)))
            self._compare([look.read for look in looks if look.sound], lines, best, piece)
            lines = best.lines
            self._broken_off |= not best.sound
            self._lengths.append(len(best.read) / max(1, piece.lines))
            self._end(piece, replace(output, reader=best.reader))
        yield self._last(*of_lines(lines))

    def _is_sure(self, output: GenerationOutput) -> bool:
        """Whether nothing in what a piece says is doubtful, as far as that matters here."""
        sureness = self._look.sureness
        if sureness is None or not output.text.strip():
            return True
        return judge(*stripped(output.text, output.doubts), sureness, whole=True).verdict is Verdict.SURE

    def _compare(self, looks: Sequence[str], before: Sequence[Line], best: "_Look", piece: Piece) -> None:
        """Note what two looks at a piece, or two pieces that overlap, read otherwise."""
        if len(looks) == 2:
            self._differ += differences(*looks)
        if piece.overlaps:
            self._differ += overlap([line for line, _ in before], best.read.splitlines())

    def _falls_short(self, read: str, piece: Piece) -> bool:
        """Whether a line of print seems to be missing: there are fewer, and they hold less than those read before.

        A model may write two lines of print as one, which holds as much.
        """
        if len(read.splitlines()) >= piece.lines or not self._lengths:
            return False
        return len(read) < ENOUGH * median(self._lengths) * piece.lines

    async def _ask(self) -> AsyncGenerator[Reading, None]:
        """Ask each piece, and keep the answers that the print of their pieces bears out; see `_borne_out`."""
        answers, absence, doubts = dict[int, str](), "", dict[int, tuple[Doubt, ...]]()
        for piece in self._pieces:
            if self._lasts_longer_than(MOST_SECONDS):
                break
            output = GenerationOutput(Stage.WAITING)
            async with aclosing(self._stream(piece, self._text, alone=False)) as outputs:
                async for output in outputs:
                    yield self._reading(output, "")
            self._end(piece, output)
            if is_absent(output.text):
                absence = absence or absence_in(output.text)
            else:
                answers[piece.number], doubts[piece.number] = stripped(output.text, output.doubts)
        borne_out = await self._borne_out(answers)
        told = borne_out or await self._found_in_print()
        yield self._last(*_together(self._question.texts, told, absence, doubts if borne_out else {}))

    async def _borne_out(self, answers: dict[int, str]) -> dict[int, str]:
        """Return the answers whose numbers stand in the print of their pieces, as it is read out.

        Where they differ, those count whose line names what is asked for, if there are any.
        """
        named: dict[int, str] = {}
        for number, answer in list(answers.items()):
            digits = digits_in(answer)
            lines = (await self._words(number, digits)).splitlines()
            if not digits <= digits_in("\n".join(lines)):
                del answers[number]
            elif any(digits & digits_in(line) and names(line, self._text) for line in lines):
                named[number] = answer
        return named or answers

    async def _found_in_print(self) -> dict[int, str]:
        """Return the lines of the pieces that name what is asked for: the last resort where no piece gave an answer."""
        found: dict[int, str] = {}
        for number in self._read:
            if self._lasts_longer_than(MOST_SECONDS):
                break
            lines = [line for line in (await self._words(number)).splitlines() if names(line, self._text)]
            if lines:
                found[number] = "\n".join(lines)
        return found

    async def _words(self, number: int, digits: Set[str] = frozenset()) -> str:
        """Return the text of a piece, by which answers are checked; read more closely if it lacks these digits."""
        piece = next(piece for piece in self._pieces if piece.number == number)
        if number not in self._texts:
            self._texts[number] = await self._text_of(piece)
        if not digits <= digits_in(self._texts[number]):
            self._texts[number] = await self._text_of(_closer(piece))
        return self._texts[number]

    async def _text_of(self, piece: Piece) -> str:
        output = GenerationOutput(Stage.WAITING)
        async with aclosing(self._stream(piece, Sentence.PROMPT_TEXT, alone=True)) as outputs:
            async for following in outputs:
                output = following
        return without_repeats(output.text, piece.lines)

    async def _stream(
        self, piece: Piece, text: str, *, alone: bool, by_model: bool = False
    ) -> AsyncGenerator[GenerationOutput, None]:
        async with self._opened.cancellable():
            request = await self._streams.piece_request(
                self._question, self._opened, self._picture, piece, text, alone=alone
            )
        if by_model:
            request = replace(request, transcription=None)
        async with aclosing(self._streams.follow(self._opened, request)) as outputs:
            async for output in outputs:
                yield output

    def _end(self, piece: Piece, output: GenerationOutput) -> None:
        """Count a piece as read."""
        self._read.append(piece.number)
        self._writers += [output.reader] if output.reader not in self._writers else []
        self._waited += output.seconds_waited
        first = self._before.tokens == 0
        self._before = replace(
            output if first else self._before,
            plan=output.plan,
            tokens=self._before.tokens + output.tokens,
            memory_short=self._before.memory_short or output.memory_short,
        )

    def _lasts_longer_than(self, seconds: float) -> bool:
        """Whether this picture has had its share of the seconds for all of the question's; waiting does not count."""
        return time.monotonic() - self._begun - self._waited > seconds / len(self._question.pictures)

    def _reading(self, output: GenerationOutput, text: str) -> Reading:
        """Return the state while a piece is read."""
        written = replace(output, text=text, finish_reason=None, doubts=())
        return Reading(self._picture, written, parts=self._parts(), detail=self._look.detail)

    def _last(self, text: str, doubts: tuple[Doubt, ...] = ()) -> Reading:
        """Return the whole answer."""
        seconds = time.monotonic() - self._begun + self._before.seconds_waited
        end = FinishReason.BROKEN_OFF if self._broken_off else FinishReason.STOP
        done = replace(self._before, stage=Stage.DONE, seconds=seconds, finish_reason=end)
        reader = self._streams.names(self._writers) if any(self._writers) else ""
        output = replace(done, text=text, doubts=doubts, reader=reader)
        parts = self._parts(len(self._pieces) - len(self._read))
        differ = tuple(dict.fromkeys(self._differ))[:MOST]
        return Reading(self._picture, output, parts=parts, detail=self._look.detail, differ=differ)

    def _parts(self, left: int = 0) -> Parts:
        """Return what was read so far."""
        return Parts(tuple(self._read), self._count, left)
