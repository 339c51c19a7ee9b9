"""KV prefixes: what a chat's last sequence left in the KV cache, so that a follow-up prefills only what is new."""

from dataclasses import dataclass
from itertools import takewhile

from torch import Tensor

from model_service.engines.model import Prompt
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.lru_cache import LRUCache

ViewKey = tuple[bytes, int, int]
"""A picture on a grid: the digest of its bytes, with its region, if any, rows and columns of visual tokens."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture among ids: the index of its first placeholder, and what it takes more than its placeholders.

    That is `places` in the KV cache, and `positions`.
    """

    begin: int
    view: ViewKey
    places: int
    positions: int


Pictures = tuple[Shown, ...]


@dataclass(slots=True)
class Sequence:
    """A prompt, and behind it an answer that grows: `ids` are those whose keys and values `cache` holds."""

    chat: str
    ids: list[int]
    pictures: Pictures
    cache: KVCache
    forgets: int

    @property
    def visual(self) -> int:
        """The places that pictures take in the cache, more than their placeholders among the ids."""
        return sum(picture.places for picture in self.pictures)

    @property
    def next_position(self) -> int:
        """The position of the next id."""
        return len(self.ids) + sum(picture.positions for picture in self.pictures)

    def rewind(self) -> None:
        """Let the cache hold the ids and no more: a step that failed, or whose token nobody took, is undone."""
        self.cache.length = len(self.ids) + self.visual


@dataclass(frozen=True, slots=True)
class Prefix:
    """A copy of what a sequence left: its ids, and keys and values of (layers, groups, places, head_dim)."""

    ids: tuple[int, ...]
    pictures: Pictures
    keys: Tensor
    values: Tensor

    def common(self, prompt: Prompt, views: tuple[ViewKey, ...]) -> int:
        """Count the prompt's first ids that are these; never all of them, as the last one's logits are wanted.

        A picture is shared whole or not at all; where the first is not, nothing is: it stands near the front, and all
        at once are read sooner than most of them behind a few.
        """
        mine = tuple(picture.view for picture in self.pictures)
        if mine[:1] != views[:1]:
            return 0
        apart = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, views, strict=False)))
        begins = prompt.begins[apart : apart + 1] + tuple(picture.begin for picture in self.pictures[apart : apart + 1])
        pairs = zip(self.ids, prompt.ids[: min((len(prompt.ids) - 1, *begins))], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def shared(self, ids: int) -> Pictures:
        """The pictures among the first `ids` ids."""
        return tuple(picture for picture in self.pictures if picture.begin < ids)


class PrefixCache:
    """The prefix of each chat's last sequence, at most `limit` bytes of them; the least recently used make way.

    What is kept is a copy that nobody writes to, so sequences that are worked on by turns never share a buffer.
    """

    def __init__(self, limit: int) -> None:
        self.forgets = 0
        """Count of calls to forget: a sequence that was begun before is not kept when it ends."""
        self._prefixes: LRUCache[str, Prefix] = LRUCache(limit)

    def find(self, chat: str) -> Prefix | None:
        """Return what is kept of the chat's last sequence."""
        return self._prefixes.get(chat)

    def keep(self, sequence: Sequence) -> None:
        """Keep what a sequence holds by now, instead of what its chat left before.

        Raises:
            torch.OutOfMemoryError: there is no memory for a copy.
        """
        sequence.rewind()
        keys, values = sequence.cache.filled()
        size = keys.nbytes + values.nbytes
        if sequence.forgets != self.forgets or not self._prefixes.make_room(sequence.chat, size):
            return
        prefix = Prefix(tuple(sequence.ids), sequence.pictures, keys.clone(), values.clone())
        self._prefixes.put(sequence.chat, prefix, size)

    def forget(self, chat: str) -> None:
        """Drop a chat's prefix; what the chat is being answered now will not be kept either."""
        self.forgets += 1
        self._prefixes.drop(chat)

    def clear(self) -> None:
        """Drop all prefixes."""
        self._prefixes.clear()
