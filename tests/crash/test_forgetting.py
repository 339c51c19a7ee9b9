"""A /forget that is cut off is finished by the next start, on the screen too."""

from pathlib import Path

from playground import Server
from tests.bot.samples import picture
from tests.crash.bot_process import BotProcess, Load

SECONDS = 20.0
NEVER = Load(3600.0)


async def test_messages_of_growing_answers_go_though_the_process_dies_before(server: Server, tmp_path: Path) -> None:
    """It dies once the rows are gone and before the message is: nothing says any more that the question is kept."""
    ada = server.person("Ada").private()
    bot = BotProcess(server, tmp_path / "data")
    bot.start(NEVER)
    growing = await ada.answer(await ada.send_photo(picture(), "What is q1?"), timeout=SECONDS)
    server.delay("deleteMessage", 3600.0)
    forget = await ada.send("/forget")
    await server.wait_until(lambda: server.calls("deleteMessage"), SECONDS)
    await bot.kill()
    server.delay("deleteMessage", 0.0)
    bot.start()
    await ada.answer(forget, lambda post: post.text.startswith("Deleted"), SECONDS)
    assert growing.deleted
    assert [post.text for post in ada.messages if post.by_bot and "starting up" in post.text] == []
