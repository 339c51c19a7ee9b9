"""With auto a doubtful answer is looked at once more, unasked; the answer is that of the better look, and says so."""

import pytest

from model_service import OutOfMemory, Sureness
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing

NAME = "@eyeglass_play_bot"
LARGE = picture(1600, 1200)
TWICE = "looked twice: standard, then high"
DIFFER = "At the first look I read 12.25, at the closer one 12.26"


@pytest.fixture(autouse=True)
def doubts_at_first(stage: Stage) -> None:
    """At `standard` the engine is not sure of the last figure; more closely it is."""
    stage.values["model"]["detail"] = "auto"
    engine = stage.engine
    engine.sureness = Sureness(sure=0.7, readable=0.6, begun=0.2)
    engine.pieces, engine.doubts = ("12.2", "5", " EUR"), {0: (0.999, 0.0), 1: (0.5, 0.4), 2: (0.999, 0.0)}
    engine.closer = (("12.26", 0.999), (" EUR", 0.999))


async def answer_to(chat: Chat, post: Post) -> Post:
    """Return the bot's finished answer to a message."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))


def levels(stage: Stage) -> list[int]:
    """Return the tokens that the engine was told to spend, look by look."""
    return [request.detail.tokens for request in stage.engine.requests]


@pytest.mark.usefixtures("bot")
async def test_a_doubtful_answer_is_looked_at_once_more(stage: Stage, chat: Chat) -> None:
    """The closer look answers; what both read is told, and how often was looked."""
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith(f"12.26 EUR\n\n{DIFFER} · {TWICE} · read at")
    assert levels(stage) == [256, 512]
    assert [button.text for button in answer.buttons] == []
    await answer_to(chat, await chat.send("And in words?"))
    assert [message.text for message in stage.engine.requests[2].messages][1] == "12.26 EUR"


@pytest.mark.usefixtures("bot")
async def test_what_both_looks_read_is_told_once(stage: Stage, chat: Chat) -> None:
    """In other words, too: only numbers, dates and names count."""
    stage.engine.closer = (("It is 12.25 EUR.", 0.999),)
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith(f"It is 12.25 EUR.\n\n{TWICE} · read at")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", "第一次看是 12.25，更仔细看是 12.26 · 看了两次：先标准，再精细"),
        ("ru", "При первом взгляде я прочитал 12.25, при более внимательном 12.26 · смотрел дважды: обычный, затем"),
    ],
)
async def test_in_the_persons_language(server: Server, language: str, said: str) -> None:
    """The line under the answer, too."""
    chat = server.person("Ada", language_code=language).private()
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert said.replace("精细", "") in answer.text.replace("精细", "")


@pytest.mark.usefixtures("bot")
async def test_in_a_group_too(stage: Stage, server: Server) -> None:
    """For whoever asks there."""
    ada = server.person("Ada")
    group = server.group("Family", ada, server.person("Ben"))
    post = await group.send_document(LARGE, "a.png", caption=f"{NAME} What is the total?", by=ada)
    assert TWICE in (await answer_to(group, post)).text
    assert levels(stage) == [256, 512]


@pytest.mark.usefixtures("bot")
async def test_meanwhile_the_first_answer_stands(stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a line that says what is done; what is not read yet is not shown."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)
    stage.engine.hold_closer = True
    post = await chat.send_document(LARGE, "a.png", caption="What is the total?")
    meanwhile = "12.25 EUR\n\nI am not sure yet; looking once more, more closely …"
    await chat.answer(post, lambda reply: reply.text == meanwhile)
    stage.engine.go.set()
    assert (await answer_to(chat, post)).text.startswith("12.26 EUR")


@pytest.mark.usefixtures("bot")
async def test_the_second_look_is_stopped_as_the_first(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first one read stays, with its mark, and is said to be all."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)
    stage.engine.hold_closer = True
    post = await chat.send_document(LARGE, "a.png", caption="What is the total?")
    growing = await chat.answer(post, lambda reply: "looking once more" in reply.text)
    await chat.press("Cancel", growing)
    answer = await answer_to(chat, post)
    assert answer.text == "12.25 EUR\n\nCancelled: the answer ends here."
    assert next(entity["type"] for entity in answer.entities) == "underline"


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("likely", [0.999, 0.75])
async def test_a_sure_answer_is_not_looked_at_again(stage: Stage, chat: Chat, likely: float) -> None:
    """However much a further level would show."""
    stage.engine.doubts = dict.fromkeys(range(3), (likely, 0.0))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith("12.25 EUR\n\nread at") and levels(stage) == [256]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("asked", ["What is the total? #standard", "#256 What is the total?"])
async def test_a_level_that_a_person_chose_holds(stage: Stage, chat: Chat, asked: str) -> None:
    """For one question; the closer look is offered."""
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption=asked))
    assert answer.text.startswith("12.25 EUR") and levels(stage) == [256]
    assert [button.text for button in answer.buttons] == ["Look closer"]


@pytest.mark.usefixtures("bot")
async def test_a_chat_that_chose_a_level_keeps_it_until_it_chooses_auto(stage: Stage, chat: Chat) -> None:
    """By words or by the buttons; auto can be asked for once, too."""
    await chat.answer(await chat.send("/detail standard"))
    await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert levels(stage) == [256]
    await answer_to(chat, await chat.send("#auto What is the sum?"))
    assert levels(stage) == [256, 256, 512]
    chosen = await chat.answer(await chat.send("/detail auto"))
    assert chosen.text.startswith("From now on I choose how closely to look")
    await answer_to(chat, await chat.send("And the sum of it?"))
    assert levels(stage)[3:] == [256, 512]


@pytest.mark.usefixtures("bot")
async def test_where_none_would_show_more_there_is_no_second_look(stage: Stage, chat: Chat) -> None:
    """The model was given every pixel of a small picture at the first one."""
    small = picture(300, 200)
    await answer_to(chat, await chat.send_document(small, "a.png", caption="What is the total?"))
    assert len(levels(stage)) == 1


@pytest.mark.usefixtures("bot")
async def test_what_was_not_read_at_first_is_told_by_the_second(stage: Stage, chat: Chat) -> None:
    """Of what it could not read nothing is compared."""
    stage.engine.doubts = {0: (0.1, 0.0), 1: (0.1, 0.0), 2: (0.1, 0.0)}
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith(f"12.26 EUR\n\n{TWICE} · read at")


@pytest.mark.usefixtures("bot")
async def test_the_first_look_stays_where_the_second_is_worth_less(stage: Stage, chat: Chat) -> None:
    """Both are told of, and the doubtful figure is marked."""
    stage.engine.closer = (("99", 0.1), (" x", 0.1))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith(f"12.25 EUR\n\nI am not sure of what is underlined · {TWICE}")


@pytest.mark.usefixtures("bot")
async def test_a_second_look_that_fails_takes_nothing_away(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is given, marked; a closer look is offered."""
    generate = stage.engine.generate

    def failing(request: object):  # type: ignore[no-untyped-def]
        if request.detail.tokens > 256:  # type: ignore[attr-defined]
            raise OutOfMemory("no memory for so many tokens")
        return generate(request)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.engine, "generate", failing)
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith("12.25 EUR\n\nI am not sure of what is underlined · read at")


@pytest.mark.usefixtures("bot")
async def test_a_second_look_lasts_no_longer_than_its_seconds(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the first answer is given."""
    monkeypatch.setattr("assistant.looking.MOST_SECONDS", 0.2)
    stage.engine.hold_closer = True
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith("12.25 EUR\n\nI am not sure of what is underlined · read at")


async def test_a_second_look_needs_memory(stage: Stage, chat: Chat) -> None:
    """Where it allows no more than the first one took, there is none."""
    stage.engine.most_tokens = 256
    await stage.start()
    await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert len(levels(stage)) == 1


DENSE = "The print is too small for me here. Please send a part of the picture, larger."


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("likely", [0.999, 0.5])
async def test_print_that_is_too_small_is_looked_at_more_closely(stage: Stage, chat: Chat, likely: float) -> None:
    """However sure the model is that it is: the closer look answers, even if it is not sure."""
    stage.engine.pieces, stage.engine.doubts = (DENSE,), {0: (0.999, 0.0)}
    stage.engine.closer = (("12.26 EUR and m", 0.999), ("o", likely), ("re", 0.999))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith("12.26 EUR and more\n\n") and TWICE in answer.text
    assert levels(stage) == [256, 512]


@pytest.mark.usefixtures("bot")
async def test_print_that_is_too_small_at_a_level_that_was_chosen(stage: Stage, chat: Chat) -> None:
    """Its own sentence is told, and a closer look is offered."""
    stage.engine.pieces, stage.engine.doubts = (DENSE,), {0: (0.999, 0.0)}
    post = await chat.send_document(LARGE, "a.png", caption="What is the total? #standard")
    answer = await answer_to(chat, post)
    assert answer.text.startswith(DENSE) and levels(stage) == [256]
    assert "Look closer" in [button.text for button in answer.buttons]


@pytest.mark.usefixtures("bot")
async def test_what_no_reader_can_answer_is_not_looked_at_again(stage: Stage, chat: Chat) -> None:
    """No pixel more would help."""
    stage.engine.pieces, stage.engine.doubts = ("I cannot answer that. I can read print.",), {0: (0.999, 0.0)}
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What do you think?"))
    assert answer.text.startswith("I cannot answer that.") and levels(stage) == [256]
    assert "Look closer" not in [button.text for button in answer.buttons]
