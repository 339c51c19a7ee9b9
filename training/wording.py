"""Ways to ask for the whole text, put together from parts: the model should learn what is meant, not a list."""

from itertools import product

VERBS = (
    *("read", "read out", "read aloud", "transcribe", "type out", "write out", "write down", "copy", "copy out"),
    *("extract", "give me", "show me", "tell me", "print", "spell out", "list"),
)
OBJECTS = (
    *("the text", "all the text", "everything", "the whole text", "what it says", "what is written", "the full text"),
    *(
        "what is written here",
        "all that it says",
        "every word",
        "the whole page",
        "the words",
        "all of it",
        "all words",
    ),
    *("what stands there", "the content", "what is printed", "what you see written", "the text of this picture"),
)
REQUESTS = ("{0}.", "{0}", "Please {1}.", "{0}, please.", "Can you {1}?", "Could you {1}?", "I want you to {1}.")
SHEETS = (
    *("the picture", "the image", "the photo", "the page", "the sheet", "the note", "the card", "the document"),
    *("the paper", "this page", "this picture", "this one", "the sign", "the scan"),
)
PLACES = ("here", "there", "on it", "on the page", "on this", "in this image", "in the photo", "on the sheet")
TEXTS = ("the text", "the whole text", "the wording", "the full text", "the content")
WORDS = ("What words do you see", "What text do you see", "Which words are", "What can you read", "What do you read")
CHINESE_VERBS = ("读出", "念出", "抄写", "转写", "识别", "提取", "输出", "读一下", "写出")
CHINESE_OBJECTS = ("文字", "全部文字", "内容", "所有内容", "所有文字", "图片里的文字", "上面的文字", "照片中的文字")
CHINESE_PLACES = ("图片上", "图里", "照片上", "上面", "这里", "这张图上", "这上面")


FIELD_VERBS = (
    *("tell me", "give me", "read", "read out", "find", "show me", "extract", "look up", "write down", "name", "say"),
    *("get me", "spell out", "copy", "tell us"),
)
FIELD_REQUESTS = ("{0} the {{noun}}.", "{0} the {{noun}}", "Please {1} the {{noun}}.", "{0} the {{noun}}, please.")
FIELD_POLITE = ("Can you {0} the {{noun}}?", "Could you {0} the {{noun}}, please?", "Would you {0} the {{noun}}?")
FIELD_PLACES = (
    *("here", "there", "on it", "on this", "in the picture", "printed here", "given here", "in this image", "you see"),
    *("on the page", "that you see", "mentioned here", "on the paper", "in the text", "listed here"),
)
ENTRY_PLACES = ("after", "at", "next to", "under", "beside", "by", "behind", "as the", "in the field")


def requests_for_field() -> tuple[str, ...]:
    """English frames that ask for one field by its noun, each once."""
    frames = [*FIELD_REQUESTS, *FIELD_POLITE]
    found = [
        frame.format(verb if frame in FIELD_POLITE else verb[0].upper() + verb[1:], verb)
        for frame in frames
        for verb in FIELD_VERBS
    ]
    found += [f"{what} the {{noun}} {place}?" for what in ("What is", "What's") for place in FIELD_PLACES]
    return (
        *found,
        "Which {noun} is it?",
        "What {noun} does it say?",
        "What {noun} is printed?",
        "May I have the {noun}?",
    )


def requests_for_entry() -> tuple[str, ...]:
    """English frames that ask what stands behind a printed label, each once."""
    found = [f"What does it say {place} {{subject}}?" for place in ENTRY_PLACES]
    found += [f"What {verb} {place} {{subject}}?" for verb in ("stands", "is written") for place in ENTRY_PLACES]
    found += [frame.replace("noun", "subject") for frame in requests_for_field()]
    return (
        *found,
        "What does {subject} say?",
        "And {subject}?",
        "What is the value of {subject}?",
        "Value of {subject}?",
    )


def requests_for_text() -> tuple[str, ...]:
    """English sentences that ask for all of the text, each once."""
    found = []
    for frame, verb, whole in product(REQUESTS, VERBS, OBJECTS):
        asked = f"{verb} {whole}"
        found.append(frame.format(asked[0].upper() + asked[1:], asked))
    found += [f"What does {sheet} say?" for sheet in SHEETS]
    found += [f"What is {verb} {place}?" for verb in ("written", "printed", "typed") for place in PLACES]
    found += [f"What is {text} {place}?" for text in TEXTS for place in PLACES]
    found += [f"{words} {place}?" for words in WORDS for place in PLACES]
    return tuple(found)


def chinese_requests_for_text() -> tuple[str, ...]:
    """Chinese sentences that ask for all of the text, each once."""
    frames = ("请{}{}。", "{}{}。", "帮我{}{}。", "请你{}{}")
    found = [frame.format(*parts) for frame, *parts in product(frames, CHINESE_VERBS, CHINESE_OBJECTS)]
    found += [f"{place}写{tail}?" for place in CHINESE_PLACES for tail in ("了什么", "着什么", "的是什么", "了些什么")]
    return tuple(found)
