"""Which questions ask for what is printed, and for nothing else: a reader beside the model takes these."""

import re

from assistant.texts import LANGUAGES, texts_in
from assistant.wording.fields import fields_of
from assistant.wording.parts import HIGHEST, parts_named
from assistant.wording.question import PROMPTS, ParsedQuestion, Task
from model_service import Transcription

OF_TASKS = {Task.TEXT: Transcription.TEXT, Task.TABLE: Transcription.TABLE}

_PICTURE = (
    r"(?:the |this |that |my )?(?:it|this|that|here|picture|image|photo|page|scan|document|letter|paper|screenshot)"
)
_TEXT = (
    r"(?:the |all |all of |all the |all of the |every |the whole |the full |the entire )*(?:text|words?|print|writing)"
)
_WHERE = rf"(?: (?:of|in|on|from) {_PICTURE})?"
_THE = r"(?:the |all |all the |every |this |these |that )*(?:maths? |mathematical )?"
_FORMULAS = r"(?:formulas?|formulae|equations?)"
_IN_TEX = r"(?:(?:in|as|to|into) (?:la)?tex)"
_AS_TEX = rf"(?: {_IN_TEX})?"
_ALL = re.compile(
    rf"(?:please |can you |could you |would you |now )*(?:"
    rf"what (?:does|do) {_PICTURE} say|what(?:'s| is) (?:written|printed)(?: {_PICTURE}| (?:on|in) {_PICTURE})?"
    rf"|what(?:'s| is) {_TEXT}{_WHERE}"
    rf"|(?:read|transcribe|ocr|copy|type)(?: out| up| down| off)? (?:{_TEXT}{_WHERE}|{_PICTURE})"
    r"(?: out| to me| for me| aloud)*"
    rf"|(?:give|show|send) me {_TEXT}{_WHERE}|{_TEXT}{_WHERE}"
    r")(?: please)?",
    re.IGNORECASE,
)
_ALL_CHINESE = re.compile(
    r"(?:请|帮我|请帮我|麻烦)?(?:这|这个|这里|图|图中|图里|图片|图片上|图片里|图上|上面|这上面|这张图|照片上)?(?:都)?"
    r"(?:写了什么|写的是什么|写着什么|说了什么|有什么字|是什么字|的?(?:全部|所有)?文字(?:是什么)?|有哪些文字)"
    r"|(?:请|帮我|请帮我)?(?:读出|读一下|识别|提取|抄下|转写|念一下)(?:这|这个|图|图中|图里|图片|图片上|图片里|上面|这张图)?的?"
    r"(?:全部|所有)?(?:文字|内容|字)?"
)
_FORMULA = re.compile(
    rf"(?:please |can you |could you |would you |now )*(?:"
    rf"(?:what(?:'s| is| are)|read(?: out)?|transcribe|write(?: down| out)?|copy|recogni[sz]e|give me|show me|extract"
    rf"|convert|turn) {_THE}{_FORMULAS}{_WHERE}{_AS_TEX}|{_THE}{_FORMULAS}{_WHERE}{_AS_TEX}"
    rf"|(?:la)?tex(?: code)?(?: (?:of|for) {_THE}{_FORMULAS})?{_WHERE}"
    rf"|{_PICTURE} {_IN_TEX}"
    r")(?: please)?",
    re.IGNORECASE,
)
_FORMULA_CHINESE = re.compile(
    r"(?:请|帮我|请帮我|麻烦)?(?:识别|提取|读出|写出|抄下|转写|转换|把)?(?:这|这个|这条|这些|图|图中|图里|图片|图片里|图片中|上面)?的?"
    r"(?:全部|所有|数学)?公式(?:是什么|识别|转成latex|转换成latex|转为latex|写成latex|的latex)?",
    re.IGNORECASE,
)
_PROMPTS = {f"{what} recognition": what for what in (Transcription.TEXT, Transcription.TABLE, Transcription.FORMULA)}
"""What GLM-OCR is asked with, as some know by heart."""


def transcription_of(parsed: ParsedQuestion) -> Transcription | None:
    """Return what a question asks to be written down; None: it asks something else."""
    if parsed.quote:
        return None
    words = " ".join(parsed.text.replace("’", "'").replace(",", " ").split()).strip(" .?!。？！,，…:：")
    if (known := _PROMPTS.get(words.lower())) is not None:
        return known
    if parsed.task is not None:
        return OF_TASKS.get(parsed.task) if _is_bare(parsed.text, parsed.task) else None
    if fields_of(parsed.text):
        return Transcription.FIELDS
    together = words.replace(" ", "")
    if words and (_ALL.fullmatch(words) or _ALL_CHINESE.fullmatch(together)):
        return Transcription.TEXT
    formula = words and (_FORMULA.fullmatch(words) or _FORMULA_CHINESE.fullmatch(together))
    return Transcription.FORMULA if formula else None


def _is_bare(text: str, task: Task) -> bool:
    """Whether a task has no words of the person's own behind it, by which it asks for something more.

    Those that name parts of a long picture do not: each is shown by itself.
    """
    bare = {"", *(texts_in(language).say(PROMPTS[task]) for language in LANGUAGES)}
    return text in bare or (task is Task.TEXT and parts_named(text, HIGHEST)[1].strip() in bare)
