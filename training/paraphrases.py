"""The many ways to ask one thing, in English and in Chinese, some of them kept out of training."""

from training.phrasing import Phrases
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

HELD_OUT_FIELD = ("Could you tell me the {noun}?", "What is the {noun} shown here?")
HELD_OUT_FIELD_CHINESE = "请读出{noun}。"
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
    test=HELD_OUT_FIELD,
    more=requests_for_field(HELD_OUT_FIELD),
    chinese=(
        "{noun}是什么?",
        "{noun}是多少?",
        "请告诉我{noun}。",
        "{noun}?",
        "图中的{noun}是什么?",
        HELD_OUT_FIELD_CHINESE,
    ),
    more_chinese=chinese_requests_for_field((HELD_OUT_FIELD_CHINESE,)),
)

HELD_OUT_ITEM_CHINESE = "{subject}花了多少钱?"
HELD_OUT_ITEM = ("Tell me the price of the {subject}.", "What is the {subject} priced at?")
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
    test=HELD_OUT_ITEM,
    more=requests_for_price(HELD_OUT_ITEM),
    chinese=(
        *("{subject}多少钱?", "{subject}的价格是多少?", "{subject}的价钱?", "{subject}要多少钱?", "{subject}卖多少钱?"),
        *(
            "{subject}的价格",
            "{subject}是多少钱?",
            "买{subject}花了多少钱?",
            "{subject}单价多少?",
            HELD_OUT_ITEM_CHINESE,
        ),
    ),
    more_chinese=chinese_requests_for_price((HELD_OUT_ITEM_CHINESE,)),
)
HELD_OUT_ENTRY_CHINESE = "{subject}写的是什么?"
HELD_OUT_ENTRY = ("What does it say for {subject}?", "Which value does {subject} have?")
ENTRY = Phrases(
    train=(
        *("What is the {subject}?", "What does it say after {subject}?", "{subject}?", "Read the field {subject}."),
        *("What is written at {subject}?", "Which {subject} is given?", "Tell me the {subject}."),
    ),
    test=HELD_OUT_ENTRY,
    more=requests_for_entry(HELD_OUT_ENTRY),
    chinese=(
        *("{subject}是什么?", "{subject}是多少?", "{subject}呢?", "{subject}后面写了什么?", "{subject}一栏是什么?"),
        *(
            "{subject}那里写了什么?",
            "请告诉我{subject}。",
            "{subject}?",
            "{subject}的内容是什么?",
            HELD_OUT_ENTRY_CHINESE,
        ),
    ),
    more_chinese=chinese_requests_for_entry((HELD_OUT_ENTRY_CHINESE,)),
)
HELD_OUT_TEXT = ("Please read out what it says.", "What text is in the picture?")
HELD_OUT_TEXT_CHINESE = "图中的文字是什么?"
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
        *("Read out all the text exactly as printed, nothing else.", "Transcribe the text exactly."),
    ),
    test=HELD_OUT_TEXT,
    chinese=(
        "上面写了什么?",
        "请读出文字。",
        "图中写的是什么?",
        "读一下。",
        "请读出图中的文字。",
        HELD_OUT_TEXT_CHINESE,
    ),
    more=requests_for_text(HELD_OUT_TEXT),
    more_chinese=chinese_requests_for_text((HELD_OUT_TEXT_CHINESE,)),
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
        *("line {number}", "Only line {number}.", "What's in line {number}?", "Read out line number {number}."),
        *("Can you read line {number}?", "What does it say on line {number}?", "What does it say in line {number}?"),
    ),
    test=("What is written on line {number}?", "Which words are on line {number}?"),
    chinese=(
        *(
            "第{number}行写了什么?",
            "读第{number}行。",
            "请读出第{number}行。",
            "第{number}行的内容是什么?",
            "第{number}行?",
        ),
        *("第{number}行写的是什么?", "第{number}行有什么?", "念一下第{number}行", "第{number}行是什么?"),
    ),
)
FIRST_LINE = Phrases(
    train=(
        *("What is the first line?", "Read the first line.", "What does the first line say?", "First line?"),
        *("Please read out the first line.", "Only the first line.", "Give me the first line.", "the first line"),
        *("Read out the first line.", "What does it say at the top?", "What's at the top?", "Read line one."),
        *("What is in the first line?", "Can you read the first line?", "What is the top line?", "How does it begin?"),
    ),
    test=("What is written on the first line?", "Which words are on the first line?"),
    chinese=(
        *("第一行写了什么?", "读第一行。", "请读出第一行。", "第一行的内容是什么?", "最上面写了什么?", "第一行?"),
        *("第一行写的是什么?", "开头一行是什么?", "念一下第一行", "第一行是什么?"),
    ),
)
LAST_LINE = Phrases(
    train=(
        *("What is the last line?", "Read the last line.", "What does the last line say?", "Last line?"),
        *("Please read out the last line.", "Only the last line.", "Give me the last line.", "the last line"),
        *("What does it say at the bottom?", "What's at the bottom?", "What is in the last line?", "How does it end?"),
        *("Can you read the last line?", "What is the bottom line?", "Read out the last line."),
    ),
    test=("What is written on the last line?", "Which words are on the last line?"),
    chinese=(
        *(
            "最后一行写了什么?",
            "读最后一行。",
            "请读出最后一行。",
            "最后一行的内容是什么?",
            "最下面写了什么?",
            "最后一行?",
        ),
        *("最后一行写的是什么?", "末行是什么?", "念一下最后一行", "最后一行是什么?"),
    ),
)
KIND = Phrases(
    train=(
        *("What is this?", "What kind of picture is this?", "What do you see?", "What is in the picture?"),
        *("What kind of paper is it?", "Describe this image", "Describe the picture.", "What can you see?"),
        *("What am I looking at?", "What is shown here?", "Describe it.", "What is this a picture of?", "What is it?"),
        *("What's this?", "What does the picture show?", "Tell me what this is.", "What do we have here?"),
        *("What kind of document is it?", "What does this photo show?", "Explain this picture.", "what is that"),
        *(
            "Describe what you see.",
            "What type of image is this?",
            "Can you describe this?",
            "What is on this picture?",
        ),
    ),
    test=("What sort of picture is this?", "What does this image show?"),
    chinese=(
        *(
            "这是什么?",
            "这是什么图片?",
            "图里有什么?",
            "你看到了什么?",
            "描述一下这张图。",
            "这张图是什么?",
            "图片里是什么?",
        ),
        *("这是张什么图?", "照片上是什么?", "这张照片拍的是什么?", "请描述图片", "这是一张什么图片?", "图中是什么?"),
    ),
)
MENTION = Phrases(
    train=(
        *('Does it mention "{subject}"?', "Does it say {subject}?", "Is the word {subject} there?"),
        *("Do you see the word {subject}?", 'Is "{subject}" in the text?', "Does {subject} appear?"),
        *("Is there the word {subject}?", "Is {subject} mentioned?", "Does the text contain {subject}?"),
        *('Can you find "{subject}"?', "Is {subject} written there?", "Does the page say {subject}?"),
        *('Is the word "{subject}" on it?', "Is {subject} on the page?", "Do you find {subject} in it?"),
    ),
    test=("Does it mention {subject}?", "Does the word {subject} occur?"),
    chinese=(
        *(
            "有“{subject}”这个词吗?",
            "有没有{subject}?",
            "里面有{subject}吗?",
            "上面有{subject}这个词吗?",
            "有{subject}吗?",
        ),
        *("有没有写{subject}?", "文中有“{subject}”吗?", "出现了{subject}吗?", "提到{subject}了吗?"),
    ),
)
