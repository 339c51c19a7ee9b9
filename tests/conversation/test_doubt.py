"""What the model was not sure of is marked, said and offered to be looked at again; what it cannot read is not told."""

import pytest

from assistant.doubt import JUDGED
from model_service import Sureness
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing

NAME = "@eyeglass_play_bot"
LARGE = picture(1600, 1200)
SURE = (0.999, 0.001)

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture(autouse=True)
def tells_its_doubts(stage: Stage) -> None:
    """The engine says how sure it was, and how that is to be taken was measured."""
    stage.engine.sureness = Sureness(sure=0.7, readable=0.6, begun=0.2)
    says(stage, ("12.2", 0.999), ("5", 0.5), (" EUR", 0.999))


def says(stage: Stage, *pieces: tuple[str, float]) -> None:
    """Let the engine say these pieces, each as likely as that."""
    stage.engine.pieces = tuple(piece for piece, _ in pieces)
    stage.engine.doubts = {number: (likely, 0.0) for number, (_, likely) in enumerate(pieces)}


async def answer_to(chat: Chat, post: Post) -> Post:
    """Return the bot's finished answer to a message."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))


def underlined(post: Post) -> list[str]:
    """Return what is underlined in a message of the basic plane."""
    return [
        post.text[each["offset"] : each["offset"] + each["length"]]
        for each in post.entities
        if each["type"] == "underline"
    ]


def labels(post: Post) -> list[str]:
    """Return the labels of a message's buttons."""
    return [button.text for button in post.buttons]


@pytest.mark.parametrize(
    ("language", "said", "closer"),
    [
        ("en", "I am not sure of what is underlined", "Look closer"),
        ("zh-hans", "下划线处我不确定", "再看仔细些"),
        ("ru", "в подчёркнутом я не уверен", "Посмотреть внимательнее"),
    ],
)
async def test_what_is_doubtful_is_underlined(
    stage: Stage, server: Server, language: str, said: str, closer: str
) -> None:
    """One line says so, a closer look is offered, and the model is shown its plain answer later."""
    chat = server.person("Ada", language_code=language).private()
    first = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert first.text.startswith("12.25 EUR\n\n" + said)
    assert underlined(first) == ["5"]
    assert labels(first) == [closer]
    await answer_to(chat, await chat.send("And in words?"))
    assert [message.text for message in stage.engine.requests[-1].messages][1] == "12.25 EUR"


async def test_in_a_group_too(stage: Stage, server: Server) -> None:
    """For whoever asks there."""
    ada = server.person("Ada")
    group = server.group("Family", ada, server.person("Ben"))
    post = await group.send_document(LARGE, "a.png", caption=f"{NAME} What is the total?", by=ada)
    answer = await answer_to(group, post)
    assert underlined(answer) == ["5"] and labels(answer) == ["Look closer"]
    await group.press("Look closer", answer, by=ada)
    says(stage, ("12.26 EUR", 0.999))
    closer = await answer_to(group, answer)
    assert underlined(closer) == []


async def test_what_is_sure_has_no_mark_and_needs_no_closer_look(stage: Stage, chat: Chat) -> None:
    """Though the next level would show more."""
    says(stage, ("12.2", 0.999), ("5", 0.8), (" EUR", 0.999))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is the total?"))
    assert answer.text.startswith("12.25 EUR\n\nread at")
    assert underlined(answer) == [] and labels(answer) == []


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who wrote it?", "I cannot read this well enough."),
        ("这是谁写的？", "这里我看不清，读不准。"),
        ("Кто это написал?", "Я не могу прочитать это достаточно хорошо."),
    ],
)
async def test_what_it_cannot_read_is_not_told(stage: Stage, chat: Chat, question: str, said: str) -> None:
    """One sentence instead, in the question's language; the invention is in no history."""
    says(stage, ("A n", 0.1), ("otice", 0.9))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption=question))
    assert answer.text.startswith(said + "\n\nread at") and "notice" not in answer.text
    assert labels(answer) == ["Look closer", "Turn"]
    await answer_to(chat, await chat.send(f"{question} {question}"))
    assert [message.text for message in stage.engine.requests[-1].messages][1] == said


async def test_under_a_text_to_copy_the_doubtful_words_are_named(stage: Stage, chat: Chat) -> None:
    """The block stays as it is; Telegram shows no other form in it."""
    says(stage, ("TOTA", 0.999), ("I", 0.4), (" 12.2", 0.999), ("5", 0.5))
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="/text"))
    assert answer.text.startswith("TOTAI 12.25\n\nI am not sure of TOTAI, 12.25 · read at")
    block = answer.entities[0]
    assert (block["type"], block["offset"], block["length"]) == ("pre", 0, 11)
    assert underlined(answer) == ["I", "5"]


async def test_nonsense_is_stopped_and_said_so(stage: Stage, chat: Chat) -> None:
    """What made sense before it stays; the engine is not asked for the rest."""
    nonsense = [(sign, 0.2) for sign in "qazwsxedcrfvtgbyhnujmikolp" * 20]
    says(stage, ("The shop is Nilsut and Sons. ", 0.999), *nonsense)
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is this?"))
    assert answer.text.startswith("The shop is Nilsut and Sons.\n\nI stopped where I could no longer read it · read at")
    assert labels(answer) == ["Look closer"]


async def test_a_loop_is_stopped(stage: Stage, chat: Chat) -> None:
    """However sure the model is of it; where it is all that there is, nothing was read."""
    says(stage, ("Milk ", 0.999), *[("and more ", 0.999)] * 500)
    answer = await answer_to(chat, await chat.send_document(LARGE, "a.png", caption="What is this?"))
    assert answer.text.startswith("I cannot read this well enough.")
    assert JUDGED < 40
