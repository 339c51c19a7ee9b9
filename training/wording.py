"""Questions put together from parts: the model should learn their meaning, not a list."""

from collections.abc import Iterable
from itertools import product

from training.phrasing import crossed

VERBS = (
    *("read", "read out", "read aloud", "transcribe", "type out", "write out", "write down", "copy", "copy out"),
    *("extract", "give me", "show me", "tell me", "print", "spell out", "list", "OCR", "recognise", "get me"),
)
OBJECTS = (
    *("the text", "all the text", "everything", "the whole text", "what it says", "what is written", "the full text"),
    *("what is written here", "all that it says", "every word", "the whole page", "the words", "all of it"),
    *("all words", "what stands there", "the content", "what is printed", "what you see written", "all text"),
    *("the text of this picture", "the text in the image", "the text on the picture", "the whole thing"),
)
REQUESTS = (
    *("{0}.", "{0}", "Please {1}.", "{0}, please.", "Can you {1}?", "Could you {1}?", "I want you to {1}."),
    *("I need you to {1}.", "Could you please {1}?", "Would you {1}?", "{0} for me.", "Can you please {1}?"),
)
SHEETS = (
    *("the picture", "the image", "the photo", "the page", "the sheet", "the note", "the card", "the document", "it"),
    *("the paper", "this page", "this picture", "this one", "the sign", "the scan", "this", "that", "this photo"),
    *("this note", "the letter", "this document", "the receipt", "this label", "the text"),
)
PLACES = (
    *("here", "there", "on it", "on the page", "on this", "in this image", "in the photo", "on the sheet"),
    *("in the picture", "on the paper", "in this picture", "on this page", "in it"),
)
TEXTS = ("the text", "the whole text", "the wording", "the full text", "the content", "all the text")
WORDS = (
    *("What words do you see", "What text do you see", "Which words are", "What can you read", "What do you read"),
    *("What can be read", "What text is", "What words are", "Which text do you see", "What all is written"),
)
CHINESE_VERBS = (
    *("读出", "念出", "抄写", "转写", "识别", "提取", "输出", "读一下", "写出", "念一下", "识别一下", "抄下", "朗读"),
    *("告诉我", "读读"),
)
CHINESE_OBJECTS = (
    *("文字", "全部文字", "内容", "所有内容", "所有文字", "图片里的文字", "上面的文字", "照片中的文字", "全文"),
    *("图上的字", "这些字", "上面的内容", "图中文字", "图片上的内容", "里面的文字", "这段文字", "整页文字"),
)
CHINESE_PLACES = (
    "图片上",
    "图里",
    "照片上",
    "上面",
    "这里",
    "这张图上",
    "这上面",
    "图片里",
    "这张纸上",
    "这张图片",
    "里面",
)
CHINESE_TAILS = ("写了什么", "写着什么", "写的是什么", "写了些什么", "有什么字", "有哪些文字", "有什么文字", "说了什么")

FIELD_VERBS = (
    *("tell me", "give me", "read", "read out", "find", "show me", "extract", "look up", "write down", "name", "say"),
    *("get me", "spell out", "copy", "tell us", "check", "look for", "find me"),
)
FIELD_REQUESTS = ("{0} the {{noun}}.", "{0} the {{noun}}", "Please {1} the {{noun}}.", "{0} the {{noun}}, please.")
FIELD_POLITE = (
    *("Can you {0} the {{noun}}?", "Could you {0} the {{noun}}, please?", "Would you {0} the {{noun}}?"),
    *("I want you to {0} the {{noun}}.", "Can you please {0} the {{noun}}?"),
)
FIELD_PLACES = (
    *("here", "there", "on it", "on this", "in the picture", "printed here", "given here", "in this image", "you see"),
    *("on the page", "that you see", "mentioned here", "on the paper", "in the text", "listed here", "in the photo"),
    *("written here", "on the sheet", "in it", "stated here", "on there"),
)
FIELD_OTHERS = (
    *("Which {noun} is it?", "What {noun} does it say?", "What {noun} is printed?", "May I have the {noun}?"),
    *("What {noun} is written?", "Which {noun} does it have?", "What {noun} does it have?", "Got a {noun}?"),
    *("Does it say the {noun}?", "Is there a {noun}?", "Is there a {noun}? What is it?", "Where's the {noun}?"),
    *("I want to know the {noun}.", "I need to know the {noun}", "{Noun} please", "what is the {noun}", "{Noun}!"),
    *("Do you know the {noun}?", "What would be the {noun}?", "What is its {noun}?", "Only the {noun}.", "{Noun}:"),
    *(
        "and the {noun}?",
        "And what is the {noun}?",
        "What about the {noun}?",
        "How about the {noun}?",
        "whats the {noun}",
    ),
)
CHINESE_ASKS = (
    *("{noun}是什么?", "{noun}是多少?", "{noun}是哪个?", "{noun}呢?", "{noun}写的是什么?", "{noun}?", "{noun}是啥?"),
    *("有{noun}吗?是什么?", "能看到{noun}吗?", "有没有{noun}?", "的{noun}是什么?", "显示的{noun}是什么?"),
)
CHINESE_LEADS = ("", "图片中", "图里", "上面", "这里", "这张图", "照片上", "这上面", "图上", "这张单子", "这张纸上")
CHINESE_REQUESTS = (
    *("告诉我", "帮我找", "帮我看看", "查一下", "念一下", "读一下", "找一下", "给我", "我想知道", "我需要", "提取"),
    *("请告诉我", "请找出", "请说出", "请给我", "请念出", "写出", "看一下", "帮我查"),
)
CHINESE_ENDS = ("{noun}。", "{noun}", "图中的{noun}。", "上面的{noun}", "{noun}是什么。", "{noun}是多少")
ENTRY_PLACES = ("after", "at", "next to", "under", "beside", "by", "behind", "as the", "in the field", "for the")

ENTRY_TAILS = (
    *("is given for {subject}?", "belongs to {subject}?", "goes with {subject}?", "stands for {subject}?"),
    *("is entered for {subject}?", "was filled in at {subject}?", "is the {subject}?", "follows {subject}?"),
    *("do you see for {subject}?", "has been written for {subject}?", "comes after {subject}?"),
)
ENTRY_STATEMENTS = (
    *("is given as {subject}", "it says at {subject}", "stands next to {subject}", "{subject} is", "the {subject} is"),
    *("is written for {subject}", "was entered under {subject}", "value {subject} has been given"),
)


def _unique(found: Iterable[str], held_out: Iterable[str] = ()) -> tuple[str, ...]:
    kept_out = {way.lower() for way in held_out}
    return tuple(way for way in dict.fromkeys(found) if way.lower() not in kept_out)


def requests_for_field(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for one field by its noun, each once, but for those held out."""
    found = [frame.format(verb[0].upper() + verb[1:], verb) for frame in FIELD_REQUESTS for verb in FIELD_VERBS]
    found += [frame.format(verb) for frame in FIELD_POLITE for verb in FIELD_VERBS]
    found += [f"{what} the {{noun}} {place}?" for what in ("What is", "What's") for place in FIELD_PLACES]
    return _unique((*found, *FIELD_OTHERS), held_out)


def chinese_requests_for_field(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for one field by its noun, each once, but for those held out."""
    found = [
        lead + tail for lead in CHINESE_LEADS for tail in CHINESE_ASKS if lead or not tail.startswith(("的", "显"))
    ]
    found += [verb + tail for verb in CHINESE_REQUESTS for tail in CHINESE_ENDS]
    return _unique(found, held_out)


def requests_for_entry(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for the value of a printed label, each once, but for those held out."""
    found = [f"What does it say {place} {{subject}}?" for place in ENTRY_PLACES]
    found += [f"What {verb} {place} {{subject}}?" for verb in ("stands", "is written", "is") for place in ENTRY_PLACES]
    found += [frame.replace("Noun", "subject").replace("noun", "subject") for frame in requests_for_field()]
    found += ["What does {subject} say?", "And {subject}?", "What is the value of {subject}?", "Value of {subject}?"]
    found += [f"{what} {tail}" for what in ("Which value", "What value", "What", "Which") for tail in ENTRY_TAILS]
    found += [f"{verb} what {tail}." for verb in ("Tell me", "Read", "Show me") for tail in ENTRY_STATEMENTS]
    return _unique(found, held_out)


def requests_for_price(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English frames that ask for the price of one item, each once, but for those held out."""
    found = [
        f"{verb[0].upper() + verb[1:]} the price of {the}{{subject}}." for verb in FIELD_VERBS for the in ("", "the ")
    ]
    found += [f"{start} {the}{{subject}}{end}".strip() for start, end in PRICES for the in ("", "the ", "this ")]
    return _unique(found, held_out)


PRICES = (
    *(("How much is", "?"), ("How much was", "?"), ("What does", " cost?"), ("What did", " cost?")),
    *(("What is the price of", "?"), ("How much does", " cost?"), ("How much did", " cost?"), ("Price of", "?")),
    *(("What's the price for", "?"), ("How much for", "?"), ("What is the cost of", "?"), ("how much", "")),
    *(("What was paid for", "?"), ("How expensive is", "?"), ("What do I pay for", "?"), ("Cost of", "?")),
    *(
        ("What is", " sold at?"),
        ("What is", " sold for?"),
        ("At what price is", " sold?"),
        ("What was", " charged at?"),
    ),
    *(("What is", " worth?"), ("How is", " priced?"), ("What is", " listed at?"), ("What does it charge for", "?")),
    *(
        ("How much do they charge for", "?"),
        ("Which price does", " have?"),
        ("What price is", " at?"),
        ("", ", how much?"),
    ),
    *(("What is", " going for?"), ("How much money is", "?"), ("What did they pay for", "?"), ("For how much is", "?")),
    *(("Which amount stands beside", "?"), ("What amount is next to", "?"), ("How much did I spend on", "?")),
    *(("What price do you see for", "?"), ("Is there a price for", "?"), ("What's the amount for", "?"), ("And", "?")),
    *(("I'd like the price of", "."), ("Do you see what", " costs?"), ("What will", " cost me?"), ("", " costs what?")),
)

CHINESE_LINES = ("", "图中的", "上面的", "小票上的", "这个", "单子上的")
CHINESE_PRICES = (
    *("多少钱?", "的价钱是多少?", "价格是?", "卖多少?", "值多少钱?", "付了多少钱?", "收了多少钱?", "要花多少钱?"),
    *(
        "标价多少?",
        "一共多少钱?",
        "用了多少钱?",
        "售价是多少?",
        "的金额是多少?",
        "多少?",
        "花了多少?",
        "贵不贵?多少钱?",
    ),
)
CHINESE_ENTRIES = (
    *("填的是什么?", "填了什么?", "对应什么?", "的值是多少?", "是哪个?", "旁边写着什么?", "下面是什么?", "显示什么?"),
    *("一项是什么?", "写了什么?", "写着什么?", "后面是什么?", "的值?", "是啥?", "的信息是什么?", "一行写的什么?"),
)


def chinese_requests_for_price(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for the price of one item, each once, but for those held out."""
    return _unique(crossed("{}{{subject}}{}", CHINESE_LINES, CHINESE_PRICES), held_out)


def chinese_requests_for_entry(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese frames that ask for the value of a printed label, each once, but for those held out."""
    found = crossed("{}{{subject}}{}", CHINESE_LINES, CHINESE_ENTRIES)
    return _unique((*found, *(verb + "{subject}" for verb in CHINESE_REQUESTS)), held_out)


def requests_for_text(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List English sentences that ask for all of the text, each once, but for those held out."""
    found = []
    for frame, verb, whole in product(REQUESTS, VERBS, OBJECTS):
        asked = f"{verb} {whole}"
        found.append(frame.format(asked[0].upper() + asked[1:], asked))
    found += [f"{what} {sheet} say?" for what in ("What does", "what does", "What did") for sheet in SHEETS]
    found += [f"What is {verb} {place}?" for verb in ("written", "printed", "typed", "said") for place in PLACES]
    found += [f"What is {text} {place}?" for text in TEXTS for place in PLACES]
    found += [f"{words} {place}?" for words in WORDS for place in PLACES]
    return _unique(found, held_out)


def chinese_requests_for_text(held_out: Iterable[str] = ()) -> tuple[str, ...]:
    """List Chinese sentences that ask for all of the text, each once, but for those held out."""
    frames = ("请{}{}。", "{}{}。", "帮我{}{}。", "请你{}{}", "{}{}", "能{}{}吗?", "请帮我{}{}。")
    found = [way for frame in frames for way in crossed(frame, CHINESE_VERBS, CHINESE_OBJECTS)]
    found += [f"{place}{tail}?" for place in CHINESE_PLACES for tail in CHINESE_TAILS]
    return _unique(found, held_out)
