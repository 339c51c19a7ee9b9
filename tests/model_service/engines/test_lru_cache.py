"""What is kept is bounded, and what was used last stays."""

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from model_service.engines.runtime.lru_cache import LRUCache

KEYS = st.sampled_from("abcd")
STEPS = st.lists(st.tuples(KEYS, st.none() | st.integers(0, 12)), max_size=30)
"""A key to be looked up, or to be put with a size."""


def test_the_least_recently_used_makes_way() -> None:
    """A look counts as a use."""
    cache: LRUCache[str, int] = LRUCache(10)
    cache.put("first", 1, 4)
    cache.put("second", 2, 4)
    assert cache.get("first") == 1
    cache.put("third", 3, 4)
    assert [cache.get(key) for key in ("first", "second", "third")] == [1, None, 3]


def test_what_is_too_large_drives_nothing_else_out() -> None:
    """It is not kept, nor is the older value that it was to replace."""
    cache: LRUCache[str, int] = LRUCache(10)
    cache.put("small", 1, 4)
    cache.put("grown", 2, 4)
    cache.put("grown", 3, 11)
    assert (cache.get("small"), cache.get("grown"), cache.size) == (1, None, 4)


def test_forgotten_things_free_their_room() -> None:
    """One by one, or all at once; what is not there can be dropped too."""
    cache: LRUCache[str, int] = LRUCache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 6)
    cache.drop("a")
    cache.drop("a")
    assert (cache.get("a"), cache.get("b"), cache.size) == (None, 2, 6)
    cache.clear()
    assert (cache.get("b"), cache.size) == (None, 0)


@given(STEPS)
def test_the_newest_that_fit_are_kept(steps: list[tuple[str, int | None]]) -> None:
    """Whatever happens, the sizes never add up to more than the limit, and only the least recently used are gone."""
    cache: LRUCache[str, int] = LRUCache(20)
    wanted: OrderedDict[str, int] = OrderedDict()
    for key, size in steps:
        if size is None:
            assert cache.get(key) == wanted.get(key)
            if key in wanted:
                wanted.move_to_end(key)
            continue
        cache.put(key, size, size)
        wanted.pop(key, None)
        wanted[key] = size
        while sum(wanted.values()) > 20:
            wanted.popitem(last=False)
        assert cache.size == sum(wanted.values()) <= cache.limit
