"""Tests of the person in requests to the model service, and of the messages about its limits."""

import pytest

from model_service import Limit, LimitReached
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

SAID = [
    (LimitReached(Limit.PERSON_WAITING, 3), "At most 3 questions of yours", "3 个问题"),
    (LimitReached(Limit.CHAT_WAITING, 5), "At most 5 questions of this chat", "5 个问题"),
    (LimitReached(Limit.PERSON_SECONDS, 60, retry_after=61), "You have used up your share of this hour", "2 分钟"),
    (LimitReached(Limit.CHAT_SECONDS, 60, retry_after=61), "ask again in 2 minutes.", "2 分钟"),
]


@pytest.mark.parametrize(("reached", "english", "chinese"), SAID, ids=[reached.limit for reached, _, _ in SAID])
async def test_who_asks_too_much_is_told_which_limit_it_was(
    stage: Stage, server: Server, reached: LimitReached, english: str, chinese: str
) -> None:
    """One sentence in the person's language, with the number that counts; later questions are answered."""
    stage.engine.failure = reached
    await stage.start()
    ada, chen = server.person("Ada").private(), server.person("Chen", language_code="zh").private()
    assert english in await settled(ada, await ada.send_photo(picture(), "What is this?"))
    assert chinese in await settled(chen, await chen.send_photo(picture(), "这是什么？"))
    stage.engine.failure = None
    await final(ada, await ada.send("And now?"))


async def test_the_model_service_knows_who_asks(stage: Stage, server: Server, chat: Chat) -> None:
    """Turns are taken by chat, and by person within a group."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    for person in (ada, ben):
        await final(group, await group.send_photo(picture(), "@eyeglass_play_bot what is this?", by=person))
    private, first, second = stage.engine.requests
    assert (first.chat, first.person) == (str(group.id), str(ada.id))
    assert (second.chat, second.person) == (str(group.id), str(ben.id))
    assert private.chat == private.person
