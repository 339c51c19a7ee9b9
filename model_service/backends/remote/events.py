"""Server-sent events, taken apart as they come in. Pure data: bytes in, events out."""

from dataclasses import dataclass, field

MOST_BYTES = 4 * 1024 * 1024
"""The longest event, in bytes: an answer's whole text fits many times over."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `error` is a field that no standard knows: llama.cpp's server once reported failures in it."""

    name: str = ""
    data: str = ""
    error: str = ""


class TooLong(Exception):
    """An event that does not end."""


@dataclass(slots=True)
class EventReader:
    """Takes events apart, however the bytes are cut.

    Lines end where bytes say so, never at a Unicode line separator within a text.
    """

    _rest: bytes = b""
    _fields: dict[str, list[str]] = field(default_factory=dict)
    _held: int = 0

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that are complete now.

        Raises:
            TooLong: one has more than MOST_BYTES.
        """
        lines = (self._rest + data).splitlines(keepends=True)
        # A carriage return at the end may be half of a line's end.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        found = [event for line in lines if (event := self._line(line)) is not None]
        if len(self._rest) + self._held > MOST_BYTES:
            raise TooLong(f"an event of more than {MOST_BYTES} bytes")
        return found

    def finish(self) -> Event | None:
        """Return what stands at the end without an empty line behind it."""
        rest, self._rest = self._rest, b""
        return (self._line(rest) if rest else None) or self._take()

    def _line(self, line: bytes) -> Event | None:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return self._take()
        name, _, value = text.partition(":")
        if name in {"event", "data", "error"}:
            self._held += len(line)
            self._fields.setdefault(name, []).append(value.removeprefix(" "))
        return None

    def _take(self) -> Event | None:
        fields, self._fields, self._held = self._fields, {}, 0
        if not fields:
            return None
        said = {name: "\n".join(values) for name, values in fields.items()}
        return Event(said.get("event", ""), said.get("data", ""), said.get("error", ""))
