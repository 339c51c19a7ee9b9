"""The many ways to ask one thing, in English and in Chinese, some of them kept out of training."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from training.phrasing import Phrases, read_phrases
from training.wording import (
    chinese_requests_for_entry,
    chinese_requests_for_field,
    chinese_requests_for_price,
    chinese_requests_for_text,
    requests_for_entry,
    requests_for_field,
    requests_for_price,
    requests_for_text,
)

Requests = Callable[[Iterable[str]], tuple[str, ...]]


def _with_requests(phrases: Phrases, more: Requests, more_chinese: Requests) -> Phrases:
    """Add requests put together from parts, but for those kept out of training."""
    return replace(phrases, more=more(phrases.test), more_chinese=more_chinese(phrases.chinese[-1:]))


PHRASES = read_phrases("paraphrases")
FIELD_FRAMES = _with_requests(PHRASES.FIELD_FRAMES, requests_for_field, chinese_requests_for_field)
ITEM = _with_requests(PHRASES.ITEM, requests_for_price, chinese_requests_for_price)
ENTRY = _with_requests(PHRASES.ENTRY, requests_for_entry, chinese_requests_for_entry)
TEXT = _with_requests(PHRASES.TEXT, requests_for_text, chinese_requests_for_text)
LINE, FIRST_LINE, LAST_LINE = PHRASES.LINE, PHRASES.FIRST_LINE, PHRASES.LAST_LINE
KIND, MENTION = PHRASES.KIND, PHRASES.MENTION
