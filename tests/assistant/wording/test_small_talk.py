"""Tests of small talk, and of what must not be taken for it."""

import random
import time
import tomllib
from importlib import resources

import pytest

from assistant.texts import LANGUAGES, Sentence, texts_in
from assistant.wording.small_talk import LONGEST, SmallTalk, small_talk

SAID = {
    SmallTalk.THANKS: """
        thanks|Thanks!|THANK YOU|thank you so much!!|thx|ty|Thaaaanks 😊|thanks a lot :)|ok thanks|OK, thanks.
        hi, thanks
        thanks for your help|many thanks|No, thanks|great, thank you!|good job|well done!|awesome work
        nice one|<3|❤️|🙏🏻|😍😍
        that helps|very helpful, thanks|you are awesome|👍🙏|thanks bot|Eyeglass, thank you
        thank you Eyeglass 👍|merci
        谢谢|谢谢！|谢谢你|多谢啦～|非常感谢|好的，谢谢|谢谢👍|謝謝|太感谢了|辛苦了|真棒|厉害|你真厉害！
        不用了，谢谢|thank you 谢谢
        спасибо|Спасибо!|спасибо большое)))|большое спасибо|ок, спасибо|спс|благодарю|Спасибо за помощь
        молодец|нет, спасибо
    """,
    SmallTalk.AGREEMENT: """
        ok|OK.|okay|k|okkkk|Ok 👍|👍|👍🏽👍🏽|👌|✅|yes|yeah|yep!|sure|right|got it|I see|makes sense|perfect
        great!|Nice.|cool
        that's right|you're right|good|sounds good|lol|haha|hahaha|😂|:)|xD|wow|oh|hmm|oh, ok|very good
        looks good|bye|good night|never mind
        好|好的|好的好的|嗯|嗯嗯|行|可以|明白了|知道了|收到|没问题|對|对的|是的|哈哈哈|不错|很好！|太好了
        原来如此|再见|好吧
        да|ага|ок|Хорошо|понятно|Понял.|ясно|всё верно|отлично!|супер|круто|хахаха|пока|ну ладно|точно|правильно
    """,
    SmallTalk.GREETING: """
        hi|Hi!|hello|Hellooo|hey there|Hey Eyeglass|good morning|gooood morning|good evening!|hi 👋|👋|hello?
        how are you?|anybody here?|oh hi
        你好|你好！|您好|嗨|哈喽|早上好|早安|大家好|在吗？|你好吗？|你好，Eyeglass|hello 你好
        привет|Привет!|здравствуйте|Добрый день|доброе утро|приветик))|как дела?|привет, Eyeglass
    """,
    SmallTalk.DOUBT: """
        are you sure?|Are you sure|are you really sure about that??|you sure?|u sure|sure?|really?|Really??
        seriously?|for real?
        that is wrong|That's wrong.|no, that's wrong!|wrong|Wrong!|that is not right|not correct|incorrect
        this is incorrect|it's wrong
        you are wrong|you're mistaken|I don't think so|i doubt it|check again|Can you check it again?
        please double check|look again|try again
        look closer|look more closely|hmm, are you sure?|thanks, but are you sure?|ok but that is wrong
        the answer is wrong|is that right?|👎
        你确定吗|你确定吗？|确定？|確定嗎|真的吗？|真的？|是吗|不对|不对吧|不對|错了|你错了|好像不对|答案不对
        不，错了|看错了|你看错了吧
        再看看|再看一遍|请再仔细看一下|重新看一下|不是这样的|没看错吧？|不会吧|有问题
        ты уверен?|Ты уверена|вы уверены?|уверен?|а ты уверен?|точно?|правда?|серьёзно?|неужели|это неверно
        Неправильно!|нет, не так
        ты ошибся|вы ошиблись|ошибка|не верно|не думаю|проверь ещё раз|посмотрите внимательнее|перепроверь
        это правда так?
    """,
}
ASKED = """
    thanks, and the date?|ok and the total|ok what about the tax|hi, what is this?|hello world|ok google
    thanks to whom?|thank you note
    What is the total?|total|yes or no?|is it good|is it ok?|is this correct?|is this right?|is this true?
    right?|correct?|ok?|yes?|good?
    are you sure that it is 12.25?|really red?|is that right next to it?|look closer at the date
    check the date again|what is wrong
    what is wrong here?|which one is wrong?|is anything wrong|wrong way sign?|why?|what?|?|???|…||  |no|more
    go on|continue|next|help
    good morning sign meaning|hi-res?|the right one|right side|read it|read|sure thing or not?|done by whom
    who says thanks|12|ok 12
    is the answer wrong in line 3|mistake in line 2|fine print|not sure what it says|🍎|❓|🤔|👍?|🇩🇪|please
    translate|wow signal
    谢谢，日期呢？|谢谢是什么意思|好的，总额是多少|好吗|好吗？|对吗？|这对吗|对不对|是不是|这对不对|好不好
    不好|总额|你好怎么写
    你好世界|错了几个？|哪里错了|哪里不对|有问题吗|什么问题|再看看日期|再读第三行|确定日期|真的是红色吗|早饭
    多少|为什么|继续|是猫吗
    спасибо, а дата?|спасибо кому|точно ли это 12?|да?|верно?|правильно?|это правильно?|это верно|почему
    что не так?|где ошибка?
    привет, что это?|хорошо, а сумма|ещё|дальше|проверь дату ещё раз|ошибка в строке 3|нет|какая сумма
    пока не понял
"""


def phrases(lines: str) -> list[str]:
    """Return what stands between the bars."""
    return [phrase.strip(" ") for line in lines.strip().splitlines() for phrase in line.strip().split("|")]


CASES = [(text, kind) for kind, lines in SAID.items() for text in phrases(lines)]


@pytest.mark.parametrize(("text", "kind"), CASES)
def test_small_talk(text: str, kind: SmallTalk) -> None:
    """In any letter case, with emoji, held letters, the bot's name, and several phrases in a row."""
    assert small_talk(text, ["Eyeglass"]) is kind


@pytest.mark.parametrize("text", phrases(ASKED))
def test_what_asks_something(text: str) -> None:
    """Or may ask something: the model is to read it."""
    assert small_talk(text, ["Eyeglass"]) is None


def test_only_a_name_of_the_bot_is_passed_over() -> None:
    """Not any name, nor a part of a word."""
    assert small_talk("thanks Ada", ["Eyeglass"]) is None
    assert small_talk("thanks Ada", ["Ada"]) is SmallTalk.THANKS
    assert small_talk("Adam", ["Ada"]) is None


def test_a_long_text_is_none() -> None:
    """However often somebody thanks."""
    assert small_talk("thanks " * LONGEST) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_question_of_ours_is_small_talk(language: str) -> None:
    """The keys under the example ask."""
    samples = (Sentence.SAMPLE_TOTAL, Sentence.SAMPLE_DATE, Sentence.SAMPLE_SHOP)
    assert [small_talk(texts_in(language).say(sample)) for sample in samples] == [None] * 3


def test_no_text_takes_long() -> None:
    """Whatever is put together of its words: the event loop waits for it."""
    data = tomllib.loads((resources.files("assistant.wording") / "small_talk.toml").read_text(encoding="utf-8"))
    signs = sorted({sign for part in data.values() for sign in str(part) if sign.isalpha()})
    words = [phrase for lines in SAID.values() for phrase in phrases(lines)]
    dice = random.Random(1)
    texts = [" ".join(dice.choices(words, k=20))[: LONGEST - 1] + "x" for _ in range(100)]
    texts += ["".join(dice.choices(signs, k=LONGEST)) for _ in range(100)]
    texts += [(sign * LONGEST)[: LONGEST - 1] + "?" for sign in [*signs, "ha", "应该是", "再看", "еще раз ", "ok "]]
    begun = time.process_time()
    for text in texts:
        small_talk(text, ["Eyeglass"])
    assert (time.process_time() - begun) / len(texts) < 0.01
