"""KV prefixes: what a chat's last sequence left in the KV cache, so that a follow-up prefills only what is new."""

from dataclasses import dataclass
from itertools import takewhile

from torch import Tensor

from model_service.engines.model import Prompt
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.lru_cache import LRUCache

ViewKey = tuple[bytes, int, int]
"""What is looked at: the SHA-256 of a picture's bytes and its region, if any, rows and columns of visual tokens."""


@dataclass(slots=True)
class Sequence:
    """A prompt, and behind it an answer that grows: `ids` are those whose keys and values `cache` holds.

    A picture stands among them as three placeholders from `image_begin` on. All its visual tokens share one position,
    so the position of the next id is the number of ids; in the cache it fills `visual` places more than they do.
    """

    chat: str
    ids: list[int]
    image_begin: int | None
    view: ViewKey | None
    cache: KVCache
    visual: int
    forgets: int

    @property
    def next_position(self) -> int:
        """The position of the next id."""
        return len(self.ids)

    def rewind(self) -> None:
        """Let the cache hold the ids and no more: a step that failed, or whose token nobody took, is undone."""
        self.cache.length = len(self.ids) + self.visual


@dataclass(frozen=True, slots=True)
class Prefix:
    """A copy of what a sequence left: its ids, and keys and values of (layers, groups, positions, head_dim)."""

    ids: tuple[int, ...]
    image_begin: int | None
    view: ViewKey | None
    keys: Tensor
    values: Tensor

    def common(self, prompt: Prompt, view: ViewKey | None) -> int:
        """How many of the prompt's first ids are these; never all of them, as the last one's logits are wanted.

        A picture is shared whole or not at all; with one that is not shared, nothing is: it stands near the front, and
        all at once are read sooner than most of them behind a few.
        """
        if self.view != view:
            return 0
        pairs = zip(self.ids, prompt.ids[:-1], strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    def positions(self, ids: int) -> int:
        """How many positions the first `ids` ids fill in the KV cache."""
        pictures = self.keys.shape[2] - len(self.ids)
        return ids + pictures if self.image_begin is not None and ids > self.image_begin else ids


class PrefixCache:
    """The prefix of each chat's last sequence, at most `limit` bytes of them; the least recently used make way.

    What is kept is a copy that nobody writes to, so sequences that are worked on by turns never share a buffer.
    """

    def __init__(self, limit: int) -> None:
        self.forgets = 0
        """How often something was to be forgotten: a sequence that was begun before is not kept when it ends."""
        self._prefixes: LRUCache[str, Prefix] = LRUCache(limit)

    def find(self, chat: str) -> Prefix | None:
        """What is kept of the chat's last sequence."""
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
        prefix = Prefix(tuple(sequence.ids), sequence.image_begin, sequence.view, keys.clone(), values.clone())
        self._prefixes.put(sequence.chat, prefix, size)

    def forget(self, chat: str) -> None:
        """Drop a chat's prefix; what the chat is being answered now will not be kept either."""
        self.forgets += 1
        self._prefixes.drop(chat)

    def clear(self) -> None:
        """Drop all prefixes."""
        self._prefixes.clear()
