"""Which questions ask for all that is printed, and for nothing else: a reader beside the model takes these."""

import re

from assistant.texts import LANGUAGES, texts_in
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


def transcription_of(parsed: ParsedQuestion) -> Transcription | None:
    """Return what a question asks to be written down; None: it asks something else."""
    if parsed.quote:
        return None
    if parsed.task is not None:  # With words of the person's own behind it, it asks for something more.
        bare = {"", *(texts_in(language).say(PROMPTS[parsed.task]) for language in LANGUAGES)}
        return OF_TASKS.get(parsed.task) if parsed.text in bare else None
    words = " ".join(parsed.text.replace("’", "'").replace(",", " ").split()).strip(" .?!。？！,，…")
    whole = _ALL.fullmatch(words) or _ALL_CHINESE.fullmatch(words.replace(" ", ""))
    return Transcription.TEXT if whole and words else None
