"""The words that ask to turn a picture, in three languages: "#turn left" in a question, or "turn it" alone.

Without a direction they mean a quarter turn clockwise.
"""

import re

_LEFT = r"(?:counter-?|anti-?)clockwise|ccw|left|逆时针|左|против\s+часовой(?:\s+стрелки)?|налево|влево"
_RIGHT = r"clockwise|cw|right|顺时针|右|по\s+часовой(?:\s+стрелке)?|направо|вправо"
_HALF = r"upside[ -]?down|around|over|倒|вверх\s+ногами|кругом"
_DEGREES = r"90|180|270"
_UNIT = r"\s*(?:°|度|degrees?|deg\b|градус\w*)?"
_HOW = (
    rf"(?:(?:by|to(?:\s+the)?|на|向|往|朝)?\s*(?:(?P<left{{0}}>{_LEFT})|(?P<right{{0}}>{_RIGHT})|(?P<half{{0}}>{_HALF})"
    rf"|(?P<degrees{{0}}>{_DEGREES}){_UNIT}))"
)
_VERB = r"turn|rotate|旋转|转动|转|поверни(?:те)?|повернуть"
_PLEASE = r"(?:please|pls|can\s+you|could\s+you|请|麻烦|帮我|把|пожалуйста)"
_IT = (
    r"(?:(?:the|this|that|my)\s+)?(?:it|this|that|picture|photo|image|page|scan|document)"
    r"|(?:这张|这个|这幅)?(?:它|图片|照片|图|页面|扫描件|文件)"
    r"|(?:эту?\s+)?(?:е[её]|его|это|картинку|фото|фотографию|изображение|страницу|снимок|скан)"
)
_TAG = re.compile(
    rf"(?<![\w/&])[#＃]{_HOW.format(1)}?(?:{_VERB})(?:[ ](?:{_IT})(?!\w))?(?:[ _-]?{_HOW.format(2)})?"
    rf"(?:[ _-]?{_HOW.format(3)})?(?![^\W_])",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"\s*(?:{_PLEASE}[\s,，]*)*(?:(?:{_IT})\s*)?{_HOW.format(1)}?\s*(?:{_VERB})\s*(?:(?:{_IT})\s*)?"
    rf"{_HOW.format(2)}?\s*{_HOW.format(3)}?\s*(?:一下|过来|吧)*[\s,，]*{_PLEASE}?\s*[.!?。！？]*\s*",
    re.IGNORECASE,
)


def without_turn(text: str) -> tuple[str, int]:
    """Return a text without the words that ask to turn the picture, and by how many quarter turns clockwise (0 to 3).

    The last tag holds. Without a tag only a whole message asks so: "rotate it", but not "Where do I turn left?"
    """
    tags = list(_TAG.finditer(text))
    if tags:
        return _TAG.sub(" ", text).lstrip(" \n,.;:，。").rstrip(), _quarters(tags[-1])
    whole = _WHOLE.fullmatch(text)
    return ("", _quarters(whole)) if whole is not None else (text, 0)


def _quarters(match: re.Match[str]) -> int:
    said = {name[:-1]: words for name, words in match.groupdict().items() if words}
    quarters = 2 if "half" in said else int(said.get("degrees", 90)) // 90
    return (-quarters if "left" in said else quarters) % 4
