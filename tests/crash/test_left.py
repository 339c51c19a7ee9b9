"""The end of the process leaves updates to the next start: those behind an album that still arrives."""

from pathlib import Path

from bot.updates.utterances import Window
from playground import Post, Server
from tests.bot.samples import picture
from tests.crash.bot_process import BotProcess

SECONDS = 60.0
FOREVER = Window(quiet=3600.0, most=3600.0)


async def test_what_was_asked_behind_an_album_that_arrives_waits_for_it(server: Server, tmp_path: Path) -> None:
    """The next start takes in the album, and then answers what was asked about it."""
    ada = server.person("Ada").private()
    bot = BotProcess(server, tmp_path / "data", patches={"bot.updates.lanes.WINDOW": FOREVER})
    bot.start()
    album = await ada.send_album([picture(), picture()], "What is q1?")
    follow_up = await ada.send("What is q2?")
    await server.acknowledged(SECONDS)
    bot.process.terminate()
    assert await bot.ended() == 0
    assert [post.text for post in ada.messages if post.by_bot] == []
    assert bot.rows("SELECT state FROM inbox") == [("waiting",)] * 3
    bot = BotProcess(server, tmp_path / "data")
    bot.start()

    async def answered(asked: Post, said: str) -> Post:
        return await ada.answer(asked, lambda post: post.reply_to == asked.id and said in post.text, SECONDS)

    await answered(album[0], "The answer to q1")
    await answered(follow_up, "The answer to q2")
