"""Answers that found nothing to read, as models word them in English, Chinese and Russian."""

import re

_OPENINGS = re.compile(
    r"\W*(?:(?:i'?m |i am )?sorry\b|unfortunately\b|there (?:is|are)(?:n't| not?)\b|no such\b|no (?:text|table|words)\b"
    r"|i (?:can(?:not|'t)|could(?: not|n't)|am (?:not able|unable)|do(?: not|n't) (?:see|find))\b"
    r"|this is a kind of picture i have not learned|这种图片我没有学过|(?:这个|这)?我答不了|抱歉|对不起|很遗憾"
    r"|(?:图片?|照片)[中里上]?(?:没有|未)|没有(?:找到|看到)|无法|看不清|(?:这里)?我(?:无法|不能|看不)"
    r"|к сожалению|извините|на (?:картинке|фото|изображении) (?:нет|не)|не (?:могу|вижу|удалось))",
    re.IGNORECASE,
)
_TOO_SMALL = re.compile(
    r"\W*(?:sorry,? )?(?:the |this |its |your )?(?:print|text|type|writing|letters|words)(?: here)?"
    r" (?:is|are) (?:much |far )?too (?:small|tiny|dense)\b"
    r"|\W*(?:这里|图中|图里|图片)?的?(?:文字|字迹|字体|字)(?:实在)?太(?:小|密)",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"upside[ -]?down|sideways|rotated|illegible|unreadable|not (?:legible|readable)|倒置|颠倒|旋转了?|横着|侧着"
    r"|перев[её]рнут|поверну|неразборчив",
    re.IGNORECASE,
)


def says_nothing(answer: str) -> bool:
    """Whether an answer says that the picture does not show it, or cannot be read; or has neither letter nor figure."""
    said = answer.strip().replace("’", "'")
    bare = not any(map(str.isalnum, said))
    return bare or says_too_small(said) or _OPENINGS.match(said) is not None or _TURNED.search(said) is not None


def says_too_small(answer: str) -> bool:
    """Whether an answer says that the print is too small to be read: a closer look may read it."""
    return _TOO_SMALL.match(answer.strip()) is not None
