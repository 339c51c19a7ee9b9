"""What of a text, as it grows, is the answer: neither thoughts nor the marks around it."""

from model_service.engines.engine import Likely
from model_service.visible import THINKING, is_thinking, thoughts, visible

Piece = tuple[str, Likely | None]


class AnswerText:
    """Takes a text in pieces and hands out what a person is to read of it.

    What may turn out to be a mark is kept back. With a piece goes how likely its least likely part was.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        """Begin; `thinking`: the prompt ends within a thought."""
        self._said, self._shown = THINKING if thinking else "", ""
        self._pending: Likely | None = None

    @property
    def thoughts(self) -> str:
        """What the model has thought so far."""
        return thoughts(self._said)

    @property
    def is_thinking(self) -> bool:
        """Whether it goes on to think."""
        return is_thinking(self._said)

    def push(self, text: str, likely: Likely | None) -> Piece:
        """The text that this piece makes certain."""
        if not text:
            return "", likely
        self._said += text
        if self._shown and "<" not in text and self._shown == self._said[: -len(text)]:
            self._shown = self._said  # Nothing was kept back, and nothing begins: as it goes on most of the time.
            return text, likely
        return self._grown(visible(self._said, ended=False), likely, bool(self._said))

    def finish(self, text: str, likely: Likely | None) -> Piece:
        """The rest, with a last piece."""
        self._said += text
        return self._grown(visible(self._said, ended=True), likely, False)

    def _grown(self, now: str, likely: Likely | None, more: bool) -> Piece:
        least = min((each for each in (self._pending, likely) if each is not None), default=None)
        if not now.startswith(self._shown):  # A mark turned out behind what was shown: it stays shown.
            return "", likely
        new, self._shown = now[len(self._shown) :], now
        thinking = not now and self._said.lstrip().startswith(THINKING)
        self._pending = None if new or thinking or not more else least
        return (new, least) if new else ("", likely)
