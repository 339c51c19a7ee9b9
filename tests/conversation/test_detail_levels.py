"""/detail tells of each level what is known of it on this machine."""

from dataclasses import replace

import pytest

from model_service import GLM4V_DIAL
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, is_growing


@pytest.mark.parametrize(
    ("code", "line", "beyond", "measured"),
    [
        ("en", "standard – 256 tokens: everyday photos", "700 tokens at most here", "first word after"),
        ("ru", "обычный – 256 токенов: обычные фото", "здесь максимум 700 токенов", "первое слово через"),
        ("zh-hans", "标准 – 256 个 token：日常照片", "这里最多 700 个 token", "秒后开始回答"),
    ],
)
async def test_what_memory_allows_and_what_was_measured(  # noqa: PLR0917
    stage: Stage, server: Server, code: str, line: str, beyond: str, measured: str
) -> None:
    """A level that was never used says nothing of seconds; those beyond the memory tell where it ends."""
    stage.engine.most_tokens = 700
    running = await stage.start()
    chat = server.person("Ada", language_code=code).private()
    post = await chat.send_document(picture(1200, 1200), "a.png", caption="What is this?")
    await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))
    await running.services.questions.end_of(chat.id, post.id)
    shown = (await chat.answer(await chat.send("/detail"))).text.splitlines()
    levels = {text.split(" – ")[0]: text for text in shown if " – " in text}
    names = list(levels)
    assert levels[names[1]].startswith(line)
    assert [level for level, text in levels.items() if measured in text] == [names[1]]
    assert [level for level, text in levels.items() if beyond in text] == [names[-1]]


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ("/detail=high", 512), ("/detail high please", 512), ("/detail 512 tokens", 512), ("/detail ５１２", 512),
        ("/detail 高", 512), ("/detail：最高", 1600), ("/detail Низкий", 128), ("/detail@eyeglass_play_bot 精细", 384),
    ],
)  # fmt: skip
async def test_a_level_is_understood_as_people_write_it(stage: Stage, chat: Chat, said: str, tokens: int) -> None:
    """In any language, whichever the chat has, with words and signs around it."""
    await stage.start()
    assert "From now on" in (await chat.answer(await chat.send(said))).text
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert stage.engine.requests[0].detail.tokens == tokens


@pytest.mark.parametrize("said", ["/detail low or high", "/detail 1,600", "/detail 高兴", "/detail ?"])
async def test_what_names_no_one_level_lists_them_as_they_can_be_typed(stage: Stage, server: Server, said: str) -> None:
    """With the English word in brackets, where the language has another."""
    await stage.start()
    ada, chen = server.person("Ada").private(), server.person("Chen", language_code="zh").private()
    assert "\nhigh – 512 tokens" in (await ada.answer(await ada.send(said))).text
    assert "\n高 (high) – 512 个 token" in (await chen.answer(await chen.send(said))).text
    assert "当前：标准。" in (await chen.answer(await chen.send("/detail"))).text


async def test_before_the_model_is_loaded_nothing_is_said_of_memory(stage: Stage, server: Server) -> None:
    """The levels are shown all the same."""
    stage.may_load.clear()
    await stage.start()
    chat = server.person("Ada").private()
    assert "memory" not in (await chat.answer(await chat.send("/detail"))).text


async def test_what_is_beyond_the_memory_is_read_as_closely_as_possible(stage: Stage, server: Server) -> None:
    """The answer says so, and offers no closer look."""
    stage.engine.most_tokens = 700
    await stage.start()
    chat = server.person("Ada").private()
    answer = await final(chat, await chat.send_document(picture(1200, 1200), "a.png", caption="#max Read it."))
    assert "there is not enough memory to look closer" in answer.text
    assert answer.buttons == []


async def test_a_model_that_looks_no_closer_promises_no_more(stage: Stage, server: Server) -> None:
    """What is not for want of memory is not blamed on it."""
    stage.engine.dial, stage.engine.most_tokens = replace(GLM4V_DIAL, max_tokens=1024, squashes_at_max=False), 1024
    running = await stage.start()
    await running.services.model.ready()
    chat = server.person("Ada").private()
    menu = await chat.answer(await chat.send("/detail"))
    assert "max – 1024 tokens: everything the model can see" in menu.text
    assert "1600" not in menu.text and "memory" not in menu.text
    assert [button.text for button in menu.buttons][-2] == "max · 1024 tokens"
    assert "at max, with 1024 tokens at most" in (await chat.answer(await chat.send("/detail max"))).text
    answer = await final(chat, await chat.send_document(picture(1200, 1200), "a.png", caption="Read it."))
    assert "this model looks no closer" in answer.text
    assert answer.buttons == []


async def test_the_hint_to_send_a_file_is_given_once_a_picture(stage: Stage, server: Server) -> None:
    """A photo that Telegram shrank, looked at closely: the second time it is known."""
    await stage.start()
    chat = server.person("Ada").private()
    first = await chat.send_photo(picture(2000, 1500), "What is this?")
    assert "sent as a file" not in (await final(chat, first)).text
    hints = []
    for question in ("#high Read it.", "#max Read it all.", "#high Once more."):
        hints.append("sent as a file" in (await final(chat, await chat.send(question))).text)
    assert hints == [True, False, False]
