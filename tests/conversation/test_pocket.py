"""The whole path with nothing scripted: Telegram's API over HTTP, the bot, SQLite, and the pocket model."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import RunningBot, open_bot
from model_service import open_service
from playground import Chat, Post, Server
from playground.demo.play import settings_for
from playground.demo.samples import load_samples
from playground.demo.talk import parts
from tests.conversation.conftest import settled

PATIENCE = 60.0
SAMPLES = load_samples()


@pytest.fixture
async def bot(server: Server, tmp_path: Path) -> AsyncIterator[RunningBot]:
    """The real bot with the real model, as the demo opens it."""
    settings = settings_for(server, tmp_path / "data")
    async with open_bot(settings, SecretStr(server.token), open_service(settings.model.config())) as running:
        yield running


async def answer(chat: Chat, question: Post) -> tuple[str, str]:
    """Return the finished answer to a question, and the line under it."""
    post = await chat.answer(question, lambda post: post.reply_to == question.id and parts(post)[1] != "", PATIENCE)
    return parts(post)


@pytest.mark.usefixtures("bot")
async def test_people_in_a_group_ask_about_one_picture(server: Server) -> None:
    """The names before what others asked do not keep the model from answering to the letter."""
    label = SAMPLES["label.jpg"]
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    said, _ = await answer(group, await group.send_photo(label.data, "/ask What is the order number?"))
    assert said == label.answers["What is the order number?"]
    said, _ = await answer(group, await group.send("/ask What is the weight?", by=ben))
    assert said == label.answers["What is the weight?"]
    said, _ = await answer(group, await group.send("/ask What is the order number?", by=ben))
    assert said == label.answers["What is the order number?"]


@pytest.mark.usefixtures("bot")
async def test_a_conversation_in_english_and_in_chinese(server: Server) -> None:
    """A photo with a question and a further question are answered to the letter, in each person's language."""
    label, note = SAMPLES["label.jpg"], SAMPLES["note.jpg"]
    ada = server.person("Ada").private()
    photo = await ada.send_photo(label.data, "What is the order number?")
    said, small_print = await answer(ada, photo)
    assert said == label.answers["What is the order number?"]
    assert small_print.startswith("read at ")
    said, _ = await answer(ada, await ada.send("What is the weight?"))
    assert said == label.answers["What is the weight?"]

    chen = server.person("Chen", language_code="zh-hans").private()
    photo = await chen.send_photo(note.data, "电话号码是什么？")
    said, small_print = await answer(chen, photo)
    assert said == note.answers["What is the phone number?"]
    assert small_print.startswith("按 ")
    said, _ = await answer(chen, await chen.send("姓名是什么？"))
    assert said == note.answers["What is the name?"]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "please read it " * 260), ("zh-hans", "请读出来" * 450), ("zh-hans", "😀" * 1000)],
    ids=["latin", "chinese", "emoji"],
)
async def test_a_question_that_is_too_long(server: Server, language: str, text: str) -> None:
    """The length that is told is a true one, and the chat goes on well."""
    label = SAMPLES["label.jpg"]
    chat = server.person("Ada", language_code=language).private()
    question, right = next(iter(label.answers.items()))
    photo = await chat.send_photo(label.data, question)
    assert (await answer(chat, photo))[0] == right
    refused = await settled(chat, await chat.send(text))
    number = re.search(r"\d+", refused)
    assert number is not None and ("too long" if language == "en" else "太长") in refused
    most = int(number[0])
    assert 200 < most < len(text)
    said, _ = await answer(chat, await chat.send(text[:most]))
    assert "too long" not in said and "太长" not in said
    assert (await answer(chat, await chat.send(question)))[0] == right


@pytest.mark.usefixtures("bot")
async def test_a_quote_does_not_lead_it_astray(server: Server) -> None:
    """The words that somebody replies to stand beside the question."""
    label = SAMPLES["label.jpg"]
    chat = server.person("Ada").private()
    photo = await chat.send_photo(label.data, "What is the order number?")
    await answer(chat, photo)
    told = next(post for post in chat.messages if post.reply_to == photo.id)
    quote = label.answers["What is the order number?"]
    said, _ = await answer(chat, await chat.send("What is the weight?", reply_to=told, quote=quote))
    assert said == label.answers["What is the weight?"]


@pytest.mark.usefixtures("bot")
async def test_it_says_what_it_can_do_and_does_no_more(bot: RunningBot, server: Server) -> None:
    """A table, a description and a Russian question are answered honestly, the rest as exactly as ever."""
    await bot.services.model.ready()
    chat, receipt = server.person("Ada").private(), SAMPLES["receipt.jpg"]
    await chat.answer(await chat.send("/start"), lambda post: "A small test model answers here." in post.text, PATIENCE)
    photo = await chat.send_photo(receipt.data, "What is the total?")
    said, _ = await answer(chat, photo)
    assert said == receipt.answers["What is the total?"]
    shown = next(post for post in chat.messages if post.reply_to == photo.id)
    assert "Retry" not in [button.text for button in shown.buttons]
    for words, honest in (
        ("/table", "cannot write tables"),
        ("/describe", "cannot describe pictures"),
        ("Какая сумма?", "English, 中文"),
    ):
        post = await chat.send(words)
        assert honest in (await chat.answer(post, lambda reply, post=post: reply.reply_to == post.id)).text  # type: ignore[misc]
