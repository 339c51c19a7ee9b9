"""The many ways to ask one thing, in English and in Chinese, some of them kept out of training."""

from dataclasses import dataclass

from training.wording import (
    chinese_requests_for_text,
    requests_for_entry,
    requests_for_field,
    requests_for_text,
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Ways to ask. The `test` ones and the last Chinese one are never trained on.

    `more` and `more_chinese` are long lists, which together get half of the training's questions.
    """

    train: tuple[str, ...]
    test: tuple[str, ...]
    chinese: tuple[str, ...]
    more: tuple[str, ...] = ()
    more_chinese: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """What a field is called, the plain name first, and ways to ask that fit it alone."""

    nouns: tuple[str, ...]
    chinese: str
    special: tuple[str, ...] = ()
    special_chinese: tuple[str, ...] = ()


FIELD_FRAMES = Phrases(
    train=(
        *("What is the {noun}?", "What is the {noun}?", "What's the {noun}?", "{Noun}?", "Read the {noun}."),
        *(
            "Tell me the {noun}.",
            "Give me the {noun}, please.",
            "Which {noun} is printed here?",
            "Please read the {noun}",
        ),
        *("Can you read the {noun}?", "What {noun} do you see?", "Find the {noun}.", "What does it say as the {noun}?"),
        *("What is the {noun} in this picture?", "I need the {noun}.", "Look for the {noun}. What is it?"),
        *("Can you tell me the {noun}?", "Please tell me the {noun}.", "Show me the {noun}.", "Extract the {noun}."),
        *("What {noun} is given?", "What is the {noun} on this?", "What is the {noun} here?", "the {noun}", "{noun}"),
        *("And the {noun}?", "I am looking for the {noun}.", "Could you find the {noun}?", "Do you see the {noun}?"),
        *("What is the {noun} on the page?", "What is the {noun} that is printed?", "Just the {noun}, please."),
    ),
    test=("Could you tell me the {noun}?", "What is the {noun} shown here?"),
    more=requests_for_field(),
    chinese=("{noun}是什么?", "{noun}是多少?", "请告诉我{noun}。", "{noun}?", "图中的{noun}是什么?", "请读出{noun}。"),
)

NAMINGS = {
    "total": Naming(
        ("total", "total", "total amount", "amount to pay", "sum to pay", "grand total"),
        "总额",
        ("How much is it?", "How much is it in total?", "How much do I have to pay?", "What does it cost altogether?"),
        ("一共多少钱?", "总共多少钱?"),
    ),
    "subtotal": Naming(("subtotal", "amount before tax", "net amount"), "小计"),
    "tax": Naming(("tax", "tax", "VAT", "amount of tax"), "税额", ("How much is the tax?", "How much tax is there?")),
    "payment": Naming(
        ("way of payment", "method of payment", "payment"), "付款方式", ("How was it paid?", "What was it paid with?")
    ),
    "date": Naming(
        ("date", "date", "printed date"),
        "日期",
        ("When was it?", "Which date is it?", "On which day is it?"),
        ("是哪一天?",),
    ),
    "time": Naming(
        ("time", "time", "time of day"),
        "时间",
        ("At what time?", "What time is it?", "At what time is it?"),
        ("几点?",),
    ),
    "number": Naming(
        ("order number", "receipt number", "reference number", "order number"),
        "编号",
        ("What is the number of the receipt?", "What is the order's number?"),
    ),
    "name": Naming(
        ("name", "name", "person's name", "full name"), "姓名", ("Whose name is on it?", "Who is it?"), ("是谁?",)
    ),
    "phone": Naming(
        ("phone number", "phone number", "telephone number", "phone", "number to call"),
        "电话号码",
        ("Which number should I call?", "What number can I call?"),
        ("电话是多少?",),
    ),
    "email": Naming(("e-mail address", "email address", "e-mail", "email"), "邮箱", (), ("电子邮件是什么?",)),
    "web": Naming(("web address", "website", "web site", "URL"), "网址"),
    "address": Naming(("address", "address", "whole address"), "地址", ("Where is it?", "Where does it go to?")),
    "street": Naming(("street", "street and number"), "街道", ("Which street is it?",)),
    "town": Naming(("town", "city"), "城市", ("Which town is it?", "Which city is it?")),
    "postcode": Naming(("postcode", "zip code", "postal code"), "邮编"),
    "shop": Naming(
        ("shop", "shop's name", "name of the shop", "store", "name of the store"),
        "店名",
        ("Which shop is it?", "Where was it bought?", "Which shop is it from?"),
        ("是哪家店?",),
    ),
    "company": Naming(
        ("company", "company", "company's name", "name of the company"), "公司", ("Which company is it?",)
    ),
    "role": Naming(("job", "job title", "profession", "position"), "职位", ("What is the person's job?",)),
    "weight": Naming(("weight", "weight"), "重量", ("How heavy is it?", "How much does it weigh?"), ("有多重?",)),
    "title": Naming(("title", "heading", "headline"), "标题", ("What is the page's heading?",)),
    "place": Naming(
        ("place", "location", "venue"), "地点", ("Where is it?", "Where does it take place?"), ("在哪里?",)
    ),
}

ITEM = Phrases(
    train=(
        *("How much is the {subject}?", "What does the {subject} cost?", "What is the price of the {subject}?"),
        *(
            "Price of {subject}?",
            "How much was the {subject}?",
            "How much did the {subject} cost?",
            "What is {subject}?",
        ),
    ),
    test=("Tell me the price of the {subject}.",),
    chinese=("{subject}多少钱?", "{subject}的价格是多少?"),
)
ENTRY = Phrases(
    train=(
        *("What is the {subject}?", "What does it say after {subject}?", "{subject}?", "Read the field {subject}."),
        *("What is written at {subject}?", "Which {subject} is given?", "Tell me the {subject}."),
    ),
    test=("What does it say for {subject}?",),
    more=requests_for_entry(),
    chinese=("{subject}是什么?", "{subject}是多少?", "{subject}写的是什么?"),
)
HELD_OUT_READING = ("Please read out what it says.", "What text is in the picture?")
TEXT = Phrases(
    train=(
        *("What does it say?", "What does it say?", "Read the text.", "Read this page out.", "What is written here?"),
        *(
            "Read it.",
            "Please read the text.",
            "Read everything.",
            "What is the text in this picture?",
            "Transcribe it.",
        ),
        *("Read out all the text.", "Read it to me, please.", "What's written there?", "Copy the text.", "OCR"),
        *("What does the picture say?", "What does this say?", "Type out the text.", "Text?", "Read this."),
    ),
    test=HELD_OUT_READING,
    chinese=("上面写了什么?", "请读出文字。", "图中写的是什么?", "读一下。", "图中的文字是什么?"),
    more=tuple(
        way
        for way in requests_for_text()
        if not any(held in way.lower() for held in ("read out what it says", "what text is in the picture"))
    ),
    more_chinese=chinese_requests_for_text(),
)
LINE = Phrases(
    train=(
        *("Read line {number}.", "What does line {number} say?", "Line {number}?", "What is on line {number}?"),
        *(
            "Read me line {number}.",
            "Give me line {number}.",
            "Please read out line {number}.",
            "What is line {number}?",
        ),
    ),
    test=("What is written on line {number}?",),
    chinese=("第{number}行写了什么?", "第{number}行是什么?"),
)
FIRST_LINE = Phrases(
    train=(
        *("What is the first line?", "Read the first line.", "What does the first line say?", "First line?"),
        *(
            "Please read out the first line.",
            "Only the first line.",
            "Give me the first line.",
            "Read out the first line.",
        ),
    ),
    test=("What is written on the first line?",),
    chinese=("第一行写了什么?", "第一行是什么?"),
)
LAST_LINE = Phrases(
    train=(
        *("What is the last line?", "Read the last line.", "What does the last line say?", "Last line?"),
        *("Please read out the last line.", "Only the last line.", "Give me the last line."),
    ),
    test=("What is written on the last line?",),
    chinese=("最后一行写了什么?", "最后一行是什么?"),
)
KIND = Phrases(
    train=(
        *("What is this?", "What kind of picture is this?", "What do you see?", "What is in the picture?"),
        *("What kind of paper is it?", "Describe this image", "Describe the picture.", "What can you see?"),
        *("What am I looking at?", "What is shown here?", "Describe it.", "What is this a picture of?", "What is it?"),
    ),
    test=("What sort of picture is this?",),
    chinese=("这是什么?", "图中是什么?"),
)
MENTION = Phrases(
    train=(
        *('Does it mention "{subject}"?', "Does it say {subject}?", "Is the word {subject} there?"),
        *("Do you see the word {subject}?", 'Is "{subject}" in the text?', "Does {subject} appear?"),
    ),
    test=("Does it mention {subject}?",),
    chinese=("有“{subject}”这个词吗?", "提到{subject}了吗?"),
)
