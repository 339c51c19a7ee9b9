"""Tests of access in a group, and of when the bot is addressed there."""

import pytest

from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


async def test_a_stranger_is_told_once_how_to_get_in(stage: Stage, server: Server) -> None:
    """In a closed bot without an owner a stranger learns their id, once an hour, and costs no time of the model."""
    ada = server.person("Ada")
    stage.values["access"] = {"mode": "closed"}
    await stage.start()
    first = await ada.private().send_photo(picture(), "What is this?")
    assert str(ada.id) in (await ada.private().answer(first)).text
    await ada.private().send("Hello?")
    await server.acknowledged()
    await stage.stop()
    assert len([post for post in ada.private().messages if post.by_bot]) == 1
    assert stage.engine.requests == []


async def test_a_listed_person_is_answered(stage: Stage, server: Server) -> None:
    """In a closed bot those in access.users are answered."""
    ada = server.person("Ada")
    stage.values["access"] = {"mode": "closed", "users": [ada.id]}
    await stage.start()
    await final(ada.private(), await ada.private().send_photo(picture(), "What is this?"))


async def test_everybody_in_a_listed_group_is_answered(stage: Stage, server: Server) -> None:
    """access.chats lets a whole group in; strangers in other groups are met with silence."""
    ada = server.person("Ada")
    family, others = server.group("Family", ada), server.group("Others", ada)
    stage.values["access"] = {"mode": "closed", "chats": [family.id]}
    await stage.start()
    await others.send_photo(picture(), f"{NAME} what is this?")
    await final(family, await family.send_photo(picture(), f"{NAME} what is this?"))
    await server.acknowledged()
    assert [post for post in others.messages if post.by_bot] == []


async def test_in_a_group_only_what_is_meant_for_the_bot_is_answered(stage: Stage, server: Server) -> None:
    """A mention in a caption, a mention in a text, and a reply to the bot; the rest of the talk is none of its."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await group.send_photo(picture(), "Look at my cat!")
    await group.send("Nice!", by=ben)
    asked = await group.send_photo(picture(), f"{NAME} What is this?", by=ben)
    answer = await final(group, asked)
    assert stage.engine.requests[0].messages[-1].text == "What is this?"
    await final(group, await group.send("And below?", reply_to=answer))
    await final(group, await group.send(f"And above, {NAME}?", by=ben))
    assert len(stage.engine.requests) == 3
    assert len([post for post in group.messages if post.by_bot]) == 3


async def test_who_asked_is_a_part_of_the_conversation(stage: Stage, server: Server) -> None:
    """Others' earlier questions have their names; one's own questions, and the current one, have none."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben\u202e")
    group = server.group("Family", ada, ben)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    hidden = {"from": anonymous, "sender_chat": group.room.header}
    await final(group, await group.send_photo(picture(), "/ask Whose cat?"))
    await final(group, await group.send("/ask How old?", by=ben))
    await final(group, await group.send("/ask How big?", by=ada, **hidden))
    await final(group, await group.send("/ask And its name?", by=ada))
    questions = [[message.text for message in request.messages][::2] for request in stage.engine.requests]
    assert questions == [
        ["Whose cat?"],
        ["Ada: Whose cat?", "How old?"],
        ["Ada: Whose cat?", "Ben: How old?", "How big?"],
        ["Whose cat?", "Ben: How old?", "Family: How big?", "And its name?"],
    ]


async def test_a_mention_in_a_reply_asks_about_somebody_elses_picture(stage: Stage, server: Server) -> None:
    """A picture that was not meant for the bot is fetched when somebody asks about it."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    cat = await group.send_photo(picture(200, 300), "My cat!")
    await final(group, await group.send(f"{NAME} What is this?", by=ben, reply_to=cat))
    plan = stage.engine.plan(stage.engine.requests[0])
    assert plan is not None and plan.height > plan.width


async def test_commands_of_other_bots_are_left_alone(stage: Stage, server: Server) -> None:
    """In a group an unknown command may be another bot's."""
    await stage.start()
    group = server.group("Family", server.person("Ada"))
    await group.send("/weather")
    await group.send(f"/weather{NAME}")
    await group.wait_for(lambda post: post.by_bot)
    await server.acknowledged()
    assert len([post for post in group.messages if post.by_bot]) == 1


@pytest.mark.parametrize("topic", [None, 12])
async def test_answers_stay_in_their_topic(stage: Stage, server: Server, topic: int | None) -> None:
    """In a forum the answer comes where the question was asked, the General topic included."""
    await stage.start()
    group = server.group("Forum", server.person("Ada"), forum=True)
    reply = await final(group, await group.send_photo(picture(), f"{NAME} What is this?", topic=topic))
    assert reply.content.get("message_thread_id") == topic


async def test_under_its_answer_people_may_talk_to_each_other(stage: Stage, server: Server) -> None:
    """A reply that names somebody else is theirs, in text or caption; with the bot's name or a command it is its."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben", username="ben_the_baker")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    answer = await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    by_id = {"type": "text_mention", "offset": 0, "length": 3, "user": ben.user}
    await group.send("@bob see, I told you", reply_to=answer)
    await group.send("看 @ben_the_baker", reply_to=answer)
    await group.send("Ben, look at this", reply_to=answer, entities=[by_id])
    await group.send("/weather@other_play_bot", reply_to=answer)
    await group.send_photo(picture(), "@ben_the_baker like this one?", reply_to=answer)
    await final(group, await group.send(f"{NAME} and @bob, what is the total?", reply_to=answer))
    await final(group, await group.send("/ask @ben_the_baker wants to know: how much?", reply_to=answer))
    await final(group, await group.send("@ 5 pm: is it open? Mail ada@example.com", reply_to=answer))
    await stage.stop()
    assert len([post for post in group.messages if post.by_bot]) == 4


async def test_in_private_a_name_changes_nothing(stage: Stage, server: Server) -> None:
    """There is nobody else whom it could be for."""
    await stage.start()
    chat = server.person("Ada").private()
    answer = await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send("@bob see, what is the total?", reply_to=answer))
