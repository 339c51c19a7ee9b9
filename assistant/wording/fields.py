"""Fields that a question wants filled in as JSON: an object with empty values, or their names."""

import json
import re

MOST_FIELDS = 40
"""More of them are no form that a person types."""

MOST_WORDS = 5
"""Words of a field's name at most: what is longer is a question."""

_POLITE = r"(?:please |can you |could you |would you )*"
_SEEN = r"(?:picture|image|photo|page|scan|document|receipt|bill|invoice|card|form)"
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_FILL_IN = re.compile(
    rf"{_POLITE}(?:fill|complete|extract|read|give me|return|output|json)?"
    r"(?: (?:the|this|these|following|json|fields?|schema|object|template|values?|data|information|info|it|from|in|out"
    rf"|of|with|as|format|{_SEEN}))*",
    re.IGNORECASE,
)
_FILL_IN_CHINESE = re.compile(
    r"(?:请|帮我|请帮我)?(?:按|按照|以|用|根据)?(?:下列|以下|下面|这个)?的?(?:json)?(?:格式|模板|结构)?"
    r"(?:输出|填写|填入|提取|抽取|给出|返回)?(?:图中|图片中|图里|图片里|图上|上面)?的?(?:信息|内容|字段)?",
    re.IGNORECASE,
)
_ASK = (
    rf"(?:{_POLITE}(?:(?:give|show|send|tell) me|get|read|extract|return|list|output|write(?: down)?|find|fill in) )?"
)
_WHERE = rf"(?: (?:in|on|of|from) (?:the|this|that|my) {_SEEN})?(?: please)?"
_NAMED = re.compile(
    rf"{_ASK}(?P<names>[^{{}}?!\n]+?){_WHERE} (?:as|in) (?:a )?json(?: object| format)?(?: please)?"
    rf"|{_ASK}(?:a )?json(?: object)?"
    r"(?: with|of|:)(?: the)?(?: fields?| values?| keys?)?:? "
    rf"(?P<behind>[^{{}}?!\n]+?){_WHERE}",
    re.IGNORECASE,
)
_NAMED_CHINESE = re.compile(
    r"(?:请|帮我|请帮我)?(?:以|用|按)json(?:格式)?(?:输出|给出|列出|提取|返回|写出)(?:图中|图片中|图里|上面)?的?(?P<names>[^{}？！\n]+)"
    r"|(?:请|帮我|请帮我)?(?:把|将)?(?P<behind>[^{}？！\n]+?)(?:以|用|按|写成|转成|输出为|输出成)json(?:格式)?(?:输出|给出|列出|返回)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|;|、|，|；|&|\band\b|和|与|及|以及)\s*", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|its|a|an|all|each|every|this|that|these|those)\s+", re.IGNORECASE)
_NO_FIELD = re.compile(
    r"(?:it|this|that|these|those|all|everything|anything|what(?:ever)?|text|table|picture|image|photo|page|document"
    r"|receipt|bill|invoice|answer|result|data|information|info|content|contents|fields?|values?|them|me"
    r"|它|这个?|(?:这|那)?(?:张|个|份)?(?:图片?|照片|页面?|文件)|全部|所有|内容|信息|文字|表格|结果|答案)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^(?:describe|translate|explain|summari[sz]e|convert|put|turn|make|format|parse|compare|count)\b"
    r"|\b(?:what|who|which|where|when|why|how|is|are|does|do|did|can|should)\b|什么|谁|哪|多少|怎么|为什么",
    re.IGNORECASE,
)


def fields_of(text: str) -> str:
    """Return the JSON object that a question wants filled in, with empty values; nothing if it asks something else."""
    typed = _OBJECT.search(text)
    if typed is not None:
        around = f"{text[: typed.start()]} {text[typed.end() :]}"
        return _as_form(typed[0]) if _only_asks(around) else ""
    words = " ".join(text.split()).strip(" .?!。？！").removesuffix(", please")
    found = _NAMED.fullmatch(words) or _NAMED_CHINESE.fullmatch(words.replace("JSON", "json"))
    names = _names_in(found["names"] or found["behind"]) if found is not None else []
    return json.dumps(dict.fromkeys(names, ""), ensure_ascii=False, indent=4) if names else ""


def _only_asks(around: str) -> bool:
    """Whether the words around an object only ask to have it filled in."""
    words = " ".join(around.split()).strip(" .:?!。：？！`")
    words = re.sub(r"^json\b|\bjson$", "json", words)
    return bool(_FILL_IN.fullmatch(words) or _FILL_IN_CHINESE.fullmatch(words.replace(" ", "")))


def _as_form(typed: str) -> str:
    """Return an object that a person typed, laid out; nothing if it is none, or has no names."""
    try:
        form = json.loads(typed)
    except ValueError:
        return ""
    good = isinstance(form, dict) and 0 < len(form) <= MOST_FIELDS
    return json.dumps(form, ensure_ascii=False, indent=4) if good else ""


def _names_in(listed: str) -> list[str]:
    """Return the names of a list; nothing if one of them is no field's."""
    names = [_ARTICLE.sub("", name.strip(" .:\"'“”‘’")) for name in _BETWEEN.split(listed)]
    names = [name for name in names if name]
    bad = any(len(name.split()) > MOST_WORDS or _NO_FIELD.fullmatch(name) or _ASKS.search(name) for name in names)
    return [] if bad or len(names) > MOST_FIELDS else names
