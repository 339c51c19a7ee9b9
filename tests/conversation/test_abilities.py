"""What the loaded model can do: nothing else is promised, and nothing else is asked of it."""

import pytest

from model_service import Ability
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"
SMALL = "A small test model answers here."
KLEIN = "小型测试模型"


@pytest.fixture
async def small(stage: Stage) -> Stage:
    """A bot with a model that only reads a little English, and takes questions in English and Chinese."""
    stage.engine.abilities, stage.engine.languages = set(), ("en", "zh")
    running = await stage.start()
    await running.services.model.ready()
    return stage


@pytest.fixture
async def large(stage: Stage) -> Stage:
    """A bot with a model that can do everything."""
    stage.engine.abilities = set(Ability)
    running = await stage.start()
    await running.services.model.ready()
    return stage


@pytest.mark.parametrize(("language", "said", "loads"), [("en", SMALL, "bigger model"), ("zh", KLEIN, "更大的模型")])
@pytest.mark.usefixtures("small")
async def test_start_and_help_say_what_a_small_model_reads(
    server: Server, language: str, said: str, loads: str
) -> None:
    """In private and in a group; the help names no command that it cannot do, on any page."""
    ada = server.person("Ada", language_code=language)
    group = server.group("Family", ada)
    for chat in (ada.private(), group):
        start = await chat.answer(await chat.send("/start"), lambda post: said in post.text)
        assert loads in start.text and "English, 中文" in start.text
        page = await chat.answer(await chat.send("/help"), lambda post: "/detail" in post.text)
        assert said in page.text and "/text" in page.text
        assert "/table" not in page.text and "/describe" not in page.text
        await chat.press("help:commands", page)
        await chat.wait_until(lambda page=page: "/queue" in page.text)  # type: ignore[misc]
        assert "/table" not in page.text and "/describe" not in page.text and "/text" in page.text


@pytest.mark.usefixtures("small")
async def test_its_examples_are_in_a_language_that_the_model_takes(server: Server) -> None:
    """Who tries one gets an answer: in the help, in a group's welcome, and after /ask alone."""
    ada = server.person("Ada", language_code="ru")
    group = server.group("Family", ada)
    for command in ("/help", "/start", "/ask"):
        said = await group.answer(await group.send(command), lambda post: "What is the total?" in post.text)
        assert "сумма" not in said.text
    page = await group.answer(await group.send("/help"), lambda post: "/detail" in post.text)
    await group.press("help:groups", page)
    await group.wait_until(lambda: "/ask What is the total?" in page.text)


@pytest.mark.usefixtures("large")
async def test_of_a_model_that_can_do_all_nothing_is_taken_back(chat: Chat) -> None:
    """Nor is anything said of small ones."""
    start = await chat.answer(await chat.send("/start"), lambda post: "look at pictures" in post.text)
    page = await chat.answer(await chat.send("/help"), lambda post: "/detail" in post.text)
    status = await chat.answer(await chat.send("/status"))
    assert "/table" in page.text and "/describe" in page.text
    assert not any("small" in post.text.casefold().replace("small print", "") for post in (start, page, status))
    assert "scripted on cpu, float32." in status.text


async def test_before_it_is_loaded_the_texts_are_the_general_ones(stage: Stage, chat: Chat) -> None:
    """Nobody knows yet what it can do."""
    stage.engine.abilities = set()
    stage.may_load.clear()
    await stage.start()
    start = await chat.answer(await chat.send("/start"), lambda post: "look at pictures" in post.text)
    page = await chat.answer(await chat.send("/help"), lambda post: "/detail" in post.text)
    assert SMALL not in start.text + page.text and "/describe" in page.text


@pytest.mark.usefixtures("small")
async def test_status_says_what_a_small_model_reads(server: Server) -> None:
    """And that nothing is waiting, in words."""
    ada, chen = server.person("Ada").private(), server.person("Chen", language_code="zh").private()
    lines = (await ada.answer(await ada.send("/status"))).text.splitlines()
    assert lines[0].startswith("Small test model (scripted) on the CPU. Reads short printed English")
    assert "Nothing is waiting." in lines
    assert "简短的英文印刷文字" in (await chen.answer(await chen.send("/status"))).text


@pytest.mark.parametrize("command", ["table", "describe"])
@pytest.mark.parametrize(("language", "said"), [("en", "The model that answers here cannot"), ("zh", "这里的模型不能")])
async def test_a_command_that_the_model_cannot_do_is_answered_honestly(
    small: Stage, server: Server, command: str, language: str, said: str
) -> None:
    """In a caption, alone and in a group; the model hears nothing of it, and the picture can be asked about."""
    ada = server.person("Ada", language_code=language)
    chat, group = ada.private(), server.group("Family", ada)
    assert said in await settled(chat, await chat.send_photo(picture(), f"/{command}"))
    assert said in await settled(chat, await chat.send(f"/{command} max"))
    assert said in await settled(group, await group.send_photo(picture(), f"/{command}{NAME}"))
    assert small.engine.requests == []
    await settled(chat, await chat.send("What is the total?"))
    assert [request.messages[-1].text for request in small.engine.requests] == ["What is the total?"]


async def test_what_was_asked_before_it_was_loaded_is_answered_honestly_too(stage: Stage, server: Server) -> None:
    """By then it is known; what any model can be asked waits in line meanwhile, and is answered."""
    stage.engine.abilities, stage.engine.languages = set(), ("en", "zh")
    stage.may_load.clear()
    await stage.start()
    ada, ben, chen = (server.person(name).private() for name in ("Ada", "Ben", "Chen"))
    table = await ada.send_photo(picture(), "/table")
    await ada.answer(table, lambda post: "starting up" in post.text)
    russian = await ben.send_photo(picture(), "Какая сумма?")
    await ben.answer(russian, lambda post: "starting up" in post.text)
    total = await chen.send_photo(picture(), "What is the total?")
    await chen.answer(total, lambda post: "starting up" in post.text)
    stage.may_load.set()
    assert "cannot write tables" in await settled(ada, table)
    assert "English, 中文" in await settled(ben, russian)
    await final(chen, total)


@pytest.mark.parametrize(
    "question", ["Какая сумма?", "ما المجموع؟", "合計はいくらですか？", "총액은 얼마입니까?", "Что значит “total”?"]
)
async def test_a_question_in_no_language_of_the_model_is_told_so(small: Stage, chat: Chat, question: str) -> None:
    """And not answered with nonsense."""
    said = await settled(chat, await chat.send_photo(picture(), question))
    assert said.startswith("The model that answers here takes questions in these languages only: English, 中文.")
    assert small.engine.requests == []


@pytest.mark.parametrize(
    "question",
    [
        "What does “Какая сумма за месяц” mean?",
        "总额是多少？",
        "Is Юрий in it?",
        "12.50?",
        "¿Cuál es el total?",
    ],
)
async def test_a_question_with_a_foreign_word_stays_one(small: Stage, chat: Chat, question: str) -> None:
    """So do numbers, Chinese, and other languages in Latin letters, which nobody can tell for sure."""
    await settled(chat, await chat.send_photo(picture(), question))
    assert [request.messages[-1].text for request in small.engine.requests] == [question]


async def test_a_model_that_names_no_languages_is_asked_in_any(large: Stage, chat: Chat) -> None:
    """It answers as it can."""
    await settled(chat, await chat.send_photo(picture(), "Какая сумма?"))
    assert len(large.engine.requests) == 1
