"""People who write in the name of their channel are answered as anybody is, and decide about nothing."""

import pytest

from assistant.settings.chat_settings import ChatSettings, Footer
from assistant.storage import Standing
from model_service import STANDARD
from playground import Chat, Server
from playground.origins import as_channel, as_linked_channel
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import House, rows, said_by_bot

NAME = "@eyeglass_play_bot"
AS_NEWS = as_channel("News")
REFUSED = "In a group only its admins can do that"


async def promote_stand_in(house: House) -> None:
    """Make an admin of the account that stands for all channels."""
    await house.services.admissions.let_in(AS_NEWS.user["id"], "Channel", by=house.ada.id)
    subject = await house.services.admissions.get(AS_NEWS.user["id"])
    assert subject is not None
    assert await house.services.admissions.change(subject, Standing.ADMIN, house.ada.id)


@pytest.fixture
def family(server: Server) -> Chat:
    """A group in which somebody also writes in the name of a channel."""
    return server.group("Family", server.person("Ada"), server.person("Ben"))


async def test_a_question_in_a_channels_name_is_answered(stage: Stage, family: Chat) -> None:
    """By mention, by /ask and in a reply, as anybody's; others' questions keep them apart by name."""
    await stage.start()
    answer = await final(family, await family.send_photo(picture(), f"{NAME} Whose cat?", by=AS_NEWS))
    await final(family, await family.send("/ask How old?", by=AS_NEWS))
    await final(family, await family.send("How big?", reply_to=answer, by=AS_NEWS))
    await final(family, await family.send("/ask And its name?"))
    questions = [message.text for message in stage.engine.requests[-1].messages][::2]
    assert questions == ["News: Whose cat?", "News: How old?", "News: How big?", "And its name?"]


async def test_talk_in_a_channels_name_that_is_not_for_the_bot_is_left_alone(stage: Stage, server: Server) -> None:
    """As anybody's."""
    await stage.start()
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    await group.send_photo(picture(), "Look at my cat!", by=AS_NEWS)
    await group.send("Nice!", by=AS_NEWS)
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    await stage.stop()
    assert len(said_by_bot(group)) == 1


@pytest.mark.parametrize("words", ["/watch on", "/detail max", "/forget"])
async def test_a_channels_name_decides_about_nothing(stage: Stage, family: Chat, words: str) -> None:
    """Telegram is not even asked: the account that it names is nobody's, and could be an admin."""
    running = await stage.start()
    said = await family.answer(await family.send(words, by=AS_NEWS))
    assert said.text.startswith(REFUSED)
    assert stage.server.calls("getChatMember") == []
    assert await running.services.chats.settings(family.id) == ChatSettings(detail=STANDARD, footer=Footer.EVERYTHING)


async def test_the_account_that_stands_for_channels_owns_nothing(house: House) -> None:
    """Even where it was let in, or made an admin: whoever has a channel could write so."""
    await promote_stand_in(house)
    group = house.server.group("Others", house.eve)
    for words in ("/ask What is this?", "/people", "/allow", "/aside", f"{NAME} hello"):
        await group.send(words, by=AS_NEWS)
    await house.calm()
    assert said_by_bot(group) == []
    assert house.server.calls("getFile") == []


async def test_in_a_group_that_was_let_in_a_channels_name_is_welcome_but_no_admin(house: House) -> None:
    """It asks; who may use the bot is not its business, even if the bot's list has its stand-in as an admin."""
    await promote_stand_in(house)
    group = house.server.group("Family", house.eve)
    await house.services.admissions.let_in(group.id, "Family", by=house.ada.id)
    await final(group, await group.send_photo(picture(), f"{NAME} what is this?", by=AS_NEWS))
    assert (await group.answer(await group.send("/watch on", by=AS_NEWS))).text.startswith(REFUSED)
    await group.send("/allow 12345", by=AS_NEWS)
    await house.calm()
    assert 12345 not in {row[0] for row in rows(house.stage.folder)["admissions"]}


async def test_comments_under_the_post_of_a_linked_channel(stage: Stage, server: Server) -> None:
    """The post comes from Telegram's own account; people reply to it with a question about its picture."""
    await stage.start()
    group = server.group("Talk", server.person("Ada"), bot_is_admin=True)
    post = await group.send_photo(picture(), "Our new cat", by=as_linked_channel("News"))
    await final(group, await group.send("/ask What is this?", reply_to=post, by=AS_NEWS))
    await final(group, await group.send(f"{NAME} and below?", reply_to=post))
    await stage.stop()
    assert len(said_by_bot(group)) == 2
