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
