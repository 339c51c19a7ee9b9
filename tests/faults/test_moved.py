"""A group that becomes a supergroup takes everything with it."""

from assistant.storage import Standing
from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.faults.conftest import states

NAME = "@eyeglass_play_bot"


async def test_the_picture_the_settings_and_the_admission_move(stage: Stage, server: Server) -> None:
    """The conversation goes on under the new id, although the messages are renumbered."""
    ada = server.person("Ada")
    group = server.group("Family", ada)
    stage.values["access"] = {"mode": "closed"}
    bot = await stage.start()
    await bot.services.admissions.let_in(group.id, "Family", by=ada.id)
    await group.send("/detail@eyeglass_play_bot quick")
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    supergroup = server.upgrade(group)
    for question in ("And above?", "And below?", "And beside it?", "Is that all?", "And whose?"):
        await final(supergroup, await supergroup.send(f"{NAME} {question}"))
    first, *_, last = stage.engine.requests
    assert [request.detail for request in stage.engine.requests] == [first.detail] * 6
    assert len(last.messages) == 11
    admitted = await bot.services.admissions.all()
    assert [(one.id, one.standing) for one in admitted] == [(supergroup.id, Standing.GUEST)]
    await stage.stop()
    assert set(states(stage)) == {"done"}


async def test_a_new_picture_is_not_taken_for_an_old_one(stage: Stage, server: Server) -> None:
    """Though its message has the number that another one's had in the old chat."""
    group = server.group("Family", server.person("Ada"))
    await stage.start()
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    supergroup = server.upgrade(group)
    for _ in range(3):
        await final(supergroup, await supergroup.send_photo(picture(), f"{NAME} And this?"))
    assert [len(request.messages) for request in stage.engine.requests] == [1, 1, 1, 1]


async def test_an_answer_under_way_goes_to_the_new_chat(stage: Stage, server: Server) -> None:
    """Once, and not as a reply to a message that has its question's number there."""
    group = server.group("Family", server.person("Ada"))
    stage.engine.hold = 1
    await stage.start()
    question = await group.send_photo(picture(), f"{NAME} What is this?")
    await group.answer(question, lambda post: "grey" in post.text)
    supergroup = server.upgrade(group)
    stage.engine.go.set()
    answer = await supergroup.wait_for(lambda post: "A grey gradient." in post.text)
    assert answer.reply_to is None
    assert not any("gradient" in post.text for post in group.messages)
    await final(supergroup, await supergroup.send(f"{NAME} And below?"))
    assert len(stage.engine.requests[-1].messages) == 3
    await stage.stop()
    assert set(states(stage)) == {"done"}


async def test_a_question_of_the_former_chat_survives_a_restart(stage: Stage, server: Server) -> None:
    """It is answered in the new chat, by the admission that moved there."""
    ada = server.person("Ada")
    group = server.group("Family", ada)
    stage.values["access"] = {"mode": "closed"}
    stage.values["model"] = {"drain_seconds": 0.1}
    stage.engine.hold = 1
    bot = await stage.start()
    await bot.services.admissions.let_in(group.id, "Family", by=ada.id)
    question = await group.send_photo(picture(), f"{NAME} What is this?")
    await group.answer(question, lambda post: "grey" in post.text)
    supergroup = server.upgrade(group)
    await server.acknowledged()
    await stage.stop()
    assert states(stage) == ["waiting", "done", "done"]
    stage.engine.hold = None
    await stage.start()
    await supergroup.wait_for(lambda post: "A grey gradient." in post.text)
    await final(supergroup, await supergroup.send(f"{NAME} And below?"))
    assert len([post for post in supergroup.messages if "gradient" in post.text]) == 2
