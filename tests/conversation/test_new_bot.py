"""Another bot, with a token of its own, goes on with the data folder of a former one; and the same with a new token."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

import playground
from assistant.settings.chat_settings import Setting
from assistant.storage import open_database
from model_service import Detail
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.albums import WIDTHS, looked_at
from tests.conversation.conftest import Stage, final

Hire = Callable[[str | None], AbstractAsyncContextManager[Stage]]

ANOTHER = "8000000001:bmV3IHRva2Vu"


@pytest.fixture
def former(stage: Stage) -> Stage:
    """The bot that had the folder first."""
    return stage


@pytest.fixture
def hire(former: Stage) -> Hire:
    """Start a bot with another token on the folder of the former one, in a Telegram of its own."""

    @contextlib.asynccontextmanager
    async def begin(token: str | None) -> AsyncIterator[Stage]:
        await former.stop()
        async with playground.serve(token) as server:
            stage = Stage(server, former.folder)
            stage.values["access"] = former.values["access"]
            try:
                await stage.start()
                yield stage
            finally:
                await stage.stop()
            assert server.violations == []

    return begin


def wide(number: int) -> bytes:
    """Return a picture that `looked_at` knows by this number."""
    return picture(WIDTHS[number - 1], 100)


def private(server: Server) -> Chat:
    """Return Ada's private chat: her id is the same on every server."""
    return server.person("Ada").private()


async def test_messages_of_a_new_bot_are_new(former: Stage, hire: Hire) -> None:
    """The former one knew messages 1 to 8 of this chat: none of them is taken for one of the new bot's."""
    await former.start()
    chat = private(former.server)
    for number in (1, 2):
        await final(chat, await chat.send_photo(wide(number), "What is the total?"))
        await final(chat, await chat.send("And the date?"))
    async with hire(ANOTHER) as stage:
        chat = private(stage.server)
        assert (await chat.answer(await chat.send("What is the total?"))).text.startswith("Send me a picture first")
        await final(chat, await chat.send_photo(wide(3), "What is the total?"))
        for _ in range(3):
            await final(chat, await chat.send("And the shop?"))
        assert looked_at(stage) == [3, 3, 3, 3]
        assert "And the date?" not in str(stage.engine.requests)


async def test_in_a_group_too(former: Stage, hire: Hire) -> None:
    """By mention, and in a reply to somebody's message that has the number of a former one."""
    await former.start()
    group = former.server.group("Family", former.server.person("Ada"))
    await final(group, await group.send_photo(wide(1), "/ask What is the total?"))
    async with hire(ANOTHER) as stage:
        ada = stage.server.person("Ada")
        group = stage.server.group("Family", ada)
        shown = await group.send_photo(wide(2), "My receipt")
        assert (await group.answer(await group.send("/ask What is the total?"))).text.startswith("I have not seen")
        await final(group, await group.send("/ask What is the total?", reply_to=shown))
        assert looked_at(stage) == [2]


async def test_settings_and_people_stay(former: Stage, hire: Hire) -> None:
    """Nobody has to be let in again, nor to choose again."""
    former.values["access"] = {"mode": "closed"}
    services = (await former.start()).services
    chat = private(former.server)
    await services.admissions.pair(chat.id, "Ada", "en")
    await services.chats.choose(Setting.DETAIL, "max", chat.id)
    async with hire(ANOTHER) as stage:
        chat = private(stage.server)
        await final(chat, await chat.send_photo(wide(1), "What is the total?"))
        assert stage.running is not None
        assert (await stage.running.services.chats.settings(chat.id)).detail == Detail(1600)


async def test_former_pictures_can_be_gone_back_to(former: Stage, hire: Hire) -> None:
    """Their copies are on the disk, so what is asked about one is answered; the newest comes last in the list."""
    await former.start()
    chat = private(former.server)
    for number in (1, 2):
        await final(chat, await chat.send_photo(wide(number), "What is the total?"))
    async with hire(ANOTHER) as stage:
        chat = private(stage.server)
        await final(chat, await chat.send_photo(wide(3), "Which shop?"))
        listed = await chat.answer(await chat.send("/pictures"))
        assert [line.rpartition(" ")[2] for line in listed.text.splitlines()[1:]] == ["total?", "total?", "shop?"]
        await chat.press("1", listed)
        await chat.wait_for(lambda post: post.text.startswith("I have the picture"))
        await final(chat, await chat.send("And the date?"))
        assert looked_at(stage) == [3, 1]


async def test_of_a_former_picture_whose_copy_is_missing_it_is_said(former: Stage, hire: Hire) -> None:
    """The new bot cannot fetch it: files are numbered by bot, too."""
    await former.start()
    chat = private(former.server)
    await final(chat, await chat.send_photo(wide(1), "What is the total?"))
    async with hire(ANOTHER) as stage:
        for copy in (stage.folder / "pictures").iterdir():
            copy.unlink()
        chat = private(stage.server)
        await chat.press("1", await chat.answer(await chat.send("/pictures")))
        await chat.wait_for(lambda post: post.text.startswith("I have the picture"))
        await chat.answer(await chat.send("And the date?"), lambda post: post.text.startswith("I could not"))
        assert stage.engine.requests == []


async def test_what_the_former_bot_left_unanswered_is_dropped(
    former: Stage, hire: Hire, caplog: pytest.LogCaptureFixture
) -> None:
    """Its numbers are another bot's; the log says how many there were. A second change finds its way, too."""
    former.engine.hold = 0
    await former.start()
    chat = private(former.server)
    await chat.send_photo(wide(1), "What is the total?")
    await chat.send("And the date?")
    await former.server.acknowledged()
    for token in (ANOTHER, "8000000002:bmV3ZXIgdG9rZW4"):
        async with hire(token) as stage:
            chat = private(stage.server)
            await final(chat, await chat.send_photo(wide(2), "Which shop?"))
            assert looked_at(stage) == [2]
            assert len([post for post in chat.messages if post.by_bot]) == 1
    dropped = [record.getMessage() for record in caplog.records if "another bot goes on" in record.getMessage()]
    assert [words.rpartition(" ")[2] for words in dropped] == ["2", "0"]


async def test_a_renewed_token_of_the_same_bot_changes_nothing(former: Stage, hire: Hire) -> None:
    """/revoke gives the same bot another secret: what waited is answered, and nothing is let go."""
    former.engine.hold = 0
    await former.start()
    chat = private(former.server)
    asked = await chat.send_photo(wide(1), "What is the total?")
    await former.server.acknowledged()
    async with hire(None) as stage:
        assert stage.server.token != former.server.token
        mine = private(stage.server)  # This Telegram shows no messages of before.
        await mine.wait_for(lambda post: post.by_bot and "read at" in post.text)
        assert stage.running is not None
        assert await stage.running.services.pictures.of_message(chat.id, asked.id) != []
        assert looked_at(stage) == [1]


async def test_data_from_before_bots_were_remembered_is_its_first_bots(former: Stage) -> None:
    """An update of Eyeglass lets go of nothing."""
    await former.start()
    chat = private(former.server)
    answer = await final(chat, await chat.send_photo(wide(1), "What is the total?"))
    await former.stop()
    async with open_database(former.folder) as database:
        await database.write("DELETE FROM bot")
    await former.start()
    await final(chat, await chat.send("And the date?", reply_to=answer))
    assert looked_at(former) == [1, 1]
