"""A /forget that is cut off is finished by the next start, on the screen too."""

from pathlib import Path

import pytest

from playground import Call, Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import final
from tests.conversation.forgetting import DELETE, asked, asks, wish
from tests.crash.bot_process import BotProcess, Load

SECONDS = 20.0
NEVER = Load(3600.0)


def kill_after(server: Server, bot: BotProcess, method: str) -> None:
    """Kill the process when Telegram has just done this, and before the bot hears of it; once."""
    left = [method]

    def hear(call: Call) -> None:
        if call.method in left:
            left.remove(call.method)
            bot.process.kill()

    server.listen(hear)


@pytest.fixture
async def bot(server: Server, chat: Chat, tmp_path: Path) -> BotProcess:
    """A bot that has answered a question."""
    made = BotProcess(server, tmp_path / "data")
    made.start()
    await final(chat, await chat.send_photo(picture(), "What is q1?"))
    return made


@pytest.fixture
def chat(server: Server) -> Chat:
    """Ada's private chat with the bot."""
    return server.person("Ada").private()


def kept(bot: BotProcess) -> list[Path]:
    """Return the copies of pictures that the bot has."""
    return list((bot.folder / "pictures").iterdir())


async def test_messages_of_growing_answers_go_though_the_process_dies_before(server: Server, tmp_path: Path) -> None:
    """It dies once the rows are gone and before the message is: nothing says any more that the question is kept."""
    ada = server.person("Ada").private()
    bot = BotProcess(server, tmp_path / "data")
    bot.start(NEVER)
    growing = await ada.answer(await ada.send_photo(picture(), "What is q1?"), timeout=SECONDS)
    server.delay("deleteMessage", 3600.0)
    forget = await wish(ada, seconds=SECONDS)
    await server.wait_until(lambda: server.calls("deleteMessage"), SECONDS)
    await bot.kill()
    server.delay("deleteMessage", 0.0)
    bot.start()
    await ada.wait_until(lambda: forget.text.startswith("Deleted"), SECONDS)
    assert growing.deleted
    assert [post.text for post in ada.messages if post.by_bot and "starting up" in post.text] == []


@pytest.mark.parametrize(
    ("method", "in_question"),
    [("editMessageReplyMarkup", False), ("answerCallbackQuery", True), ("editMessageText", True)],
)
async def test_a_press_goes_on_wherever_the_process_dies(
    server: Server, chat: Chat, bot: BotProcess, *, method: str, in_question: bool
) -> None:
    """When the buttons are gone, when the press is acknowledged, when the result is shown: it is shown once.

    Not in the question if it is not known who took the buttons: another press may have decided, and said so there.
    """
    question = await asked(chat, await chat.send("/forget"), SECONDS)
    kill_after(server, bot, method)
    await chat.press(DELETE, question)
    await bot.ended()
    bot.start()
    results = await chat.wait_until(
        lambda: [post for post in chat.messages if "disk: 1 picture and 1 answer" in post.text], SECONDS
    )
    await server.wait_until(lambda: bot.rows("SELECT * FROM inbox WHERE state <> 'done'") == [], SECONDS)
    assert (kept(bot), question.buttons) == ([], [])
    assert len([post for post in chat.messages if "disk: 1 picture and 1 answer" in post.text]) == 1
    assert (results == [question]) is in_question


async def test_a_question_that_was_sent_when_the_process_died_can_be_answered(
    server: Server, chat: Chat, bot: BotProcess
) -> None:
    """Nobody noted its number, so it is asked once more; each of the two can be pressed."""
    kill_after(server, bot, "sendMessage")
    said = await chat.send("/forget")
    first = await asked(chat, said, SECONDS)
    await bot.ended()
    await chat.press(DELETE, first)
    bot.start()
    await chat.wait_until(lambda: "disk: 1 picture and 1 answer" in first.text, SECONDS)
    second = await asked(chat, said)
    await chat.press(DELETE, second)
    await chat.wait_until(lambda: "nothing to delete" in second.text)
    assert kept(bot) == []


async def test_the_buttons_stay_although_messages_of_a_killed_run_are_looked_for(
    server: Server, chat: Chat, bot: BotProcess
) -> None:
    """The question of /forget stands among the messages that may be left of an answer that was begun before."""
    kill_after(server, bot, "sendMessage")
    answered = await chat.send("What is q2?")
    await bot.ended()
    bot.start(Load(4.0))
    question = await asked(chat, await chat.send("/forget"), SECONDS)
    answer = await chat.answer(answered, lambda post: post.reply_to == answered.id and "read at" in post.text, SECONDS)
    await server.wait_until(lambda: bot.rows("SELECT * FROM inbox WHERE state <> 'done'") == [], SECONDS)
    left = [post.id for post in chat.messages if post.by_bot and post.reply_to == answered.id]
    assert left == [answer.id]
    assert asks(question)
