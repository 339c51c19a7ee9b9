"""Which picture is meant: not a sticker, nor what could not be read, nor somebody else's words; and it is said."""

from typing import Any

import pytest

from model_service import Ability
from playground import Chat, Server
from playground.contents import LOCATION, voice
from playground.origins import as_linked_channel, external_reply, origin_of_channel, origin_of_user
from tests.bot.samples import picture
from tests.conversation.albums import looked_at, pictures
from tests.conversation.conftest import Stage, final, settled
from tests.conversation.test_said_at_once import NAME, NEWS, TOTAL, asked, known, said_by_bot


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("kind", ["sticker", "moving sticker", "animation"])
async def test_a_sticker_or_gif_changes_nothing(stage: Stage, chat: Chat, kind: str) -> None:
    """The receipt stays what is talked about; a reaction says that it was seen, and a reply can ask about it."""
    await known(chat, stage)
    before = len(said_by_bot(chat))
    if kind == "animation":
        sent = await chat.send_moving("animation", picture(512, 512))
    else:
        sent = await chat.send_sticker(picture(512, 512), preview=picture(512, 512), moves=kind != "sticker")
    await chat.wait_until(lambda: sent.reactions or None)
    assert sent.reactions == ["👍"]
    assert len(said_by_bot(chat)) == before
    await final(chat, await chat.send(TOTAL))
    assert looked_at(stage) == [1]
    await final(chat, await chat.send("What is this?", reply_to=sent))
    assert len(stage.engine.requests) == 2


@pytest.mark.usefixtures("bot")
async def test_a_gif_with_a_question_is_looked_at(stage: Stage, chat: Chat) -> None:
    """The opposite mistake: it came with words."""
    await final(chat, await chat.send_moving("animation", picture(), "What is this?"))
    assert asked(stage) == ["What is this?"]


@pytest.mark.usefixtures("bot")
async def test_somebody_elses_sticker_in_a_group_changes_nothing(stage: Stage, server: Server) -> None:
    """Not even in reply to the answer."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    answer = await final(group, await group.send_photo(pictures(1)[0], f"{NAME} What is this?", by=ada))
    await group.send_sticker(picture(512, 512), reply_to=answer, by=ben)
    await final(group, await group.send(f"/ask {TOTAL}", by=ben))
    assert looked_at(stage) == [1, 1]


@pytest.mark.usefixtures("bot")
async def test_in_a_group_the_bot_hears_the_answer_to_its_question(stage: Stage, server: Server) -> None:
    """It opens the reply for the one who is meant; their next words are heard without one, others' are not."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    photo = await group.send_photo(pictures(1)[0], NAME, by=ada)
    notice = await group.answer(photo, lambda post: "What do you want to know" in post.text)
    assert notice.force_reply
    await group.send("Nice one!", by=ben)
    await group.send("...", by=ada)
    await final(group, await group.send(TOTAL, by=ada))
    await group.send("That was easy", by=ada)
    photo = await group.send_photo(pictures(2)[1], NAME, by=ada)
    notice = await group.answer(photo, lambda post: "What do you want to know" in post.text)
    await final(group, await group.send("And this?", reply_to=notice, by=ben))
    assert (asked(stage), looked_at(stage)) == ([TOTAL, "And this?"], [1, 2])


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("words", ["Breaking: prices rise again. Subscribe to @news", "What is the total?", "/forget"])
async def test_a_forwarded_caption_is_nobodys_question(stage: Stage, chat: Chat, words: str) -> None:
    """Nor a command: the person is asked what they want to know."""
    forwarded = await chat.send_photo(picture(), words, forward_origin=NEWS)
    assert "What do you want to know" in await settled(chat, forwarded)
    assert asked(stage) == []
    await final(chat, await chat.send(TOTAL))


@pytest.mark.usefixtures("bot")
async def test_a_forwarded_text_is_nobodys_question(stage: Stage, chat: Chat) -> None:
    """It is said so."""
    await known(chat, stage)
    assert "You forwarded this" in await settled(chat, await chat.send("Ignore the picture!", forward_origin=NEWS))
    assert asked(stage) == []


@pytest.mark.usefixtures("bot")
async def test_own_words_that_are_forwarded_stay_a_question(stage: Stage, server: Server) -> None:
    """From another chat, say."""
    ada = server.person("Ada")
    chat = ada.private()
    await final(chat, await chat.send_photo(picture(), TOTAL, forward_origin=origin_of_user(ada.user)))
    assert asked(stage) == [TOTAL]


@pytest.mark.usefixtures("bot")
async def test_a_linked_channels_words_are_nobodys_question(stage: Stage, server: Server) -> None:
    """Where every picture is answered, its posts are described if the model can, not asked their own captions."""
    ada = server.person("Ada")
    group = server.group("Talk", ada, bot_is_admin=True)
    await group.answer(await group.send("/watch on", by=ada))
    channel = as_linked_channel("News")
    post = await group.send_photo(
        picture(), "Prices rise!", by=channel, forward_origin=origin_of_channel("News"), is_automatic_forward=True
    )
    await group.wait_until(lambda: post.reactions or None)
    assert asked(stage) == []


async def test_a_bare_picture_is_described_where_the_model_can(stage: Stage, server: Server) -> None:
    """In private, when the bot is mentioned, and on /watch; nothing is asked back."""
    stage.engine.abilities = set(Ability)
    await stage.start()
    ada = server.person("Ada")
    chat, group = ada.private(), server.group("Family", ada, bot_is_admin=True)
    await final(chat, await chat.send_photo(picture()))
    await final(group, await group.send_photo(picture(), NAME))
    await group.answer(await group.send("/watch on"))
    await final(group, await group.send_photo(picture()))
    assert all("one short sentence" in words for words in asked(stage))
    assert len(asked(stage)) == 3
    await final(chat, await chat.send(TOTAL))
    assert asked(stage)[-1] == TOTAL


@pytest.mark.parametrize(("choice", "sign"), [("ask", "What do you want"), ("react", "")])
async def test_what_is_done_with_a_bare_picture_can_be_chosen(stage: Stage, chat: Chat, choice: str, sign: str) -> None:
    """By the owner for all chats, and in each chat."""
    stage.engine.abilities = set(Ability)
    stage.values["chats"] = {"unasked": choice}
    await stage.start()
    photo = await chat.send_photo(picture())
    if sign:
        assert sign in await settled(chat, photo)
    else:
        await chat.wait_until(lambda: photo.reactions or None)
        assert (photo.reactions, said_by_bot(chat)) == (["👀"], [])
    await final(chat, await chat.send(TOTAL))
    assert asked(stage) == [TOTAL]


@pytest.mark.usefixtures("bot")
async def test_after_a_refused_file_no_older_picture_is_taken(stage: Stage, chat: Chat) -> None:
    """The question waits for what can be read, or for a reply to the picture that is meant."""
    await known(chat, stage)
    old = next(post for post in chat.messages if not post.by_bot)
    refused = await chat.send_document(b"not a picture", "receipt.heic", "image/heic")
    assert "not a picture" in await settled(chat, refused)
    for words in (TOTAL, "And the date?"):
        assert "could not read what you sent last" in await settled(chat, await chat.send(words))
    assert asked(stage) == []
    await final(chat, await chat.send("This one?", reply_to=old))
    await final(chat, await chat.send(TOTAL))
    assert looked_at(stage) == [1, 1]


@pytest.mark.usefixtures("bot")
async def test_a_refused_file_that_is_sent_again_as_a_photo_gets_its_question(stage: Stage, chat: Chat) -> None:
    """Its caption is not asked for again."""
    refused = await chat.send_document(b"not a picture", "receipt.heic", "image/heic", TOTAL)
    assert "not a picture" in await settled(chat, refused)
    await chat.send_photo(pictures(1)[0])
    await final(chat, refused)
    assert (asked(stage), looked_at(stage)) == ([TOTAL], [1])


@pytest.mark.usefixtures("bot")
async def test_in_a_group_others_go_on_after_somebodys_refused_file(stage: Stage, server: Server) -> None:
    """It was no picture for them."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} What is this?", by=ada))
    refused = await group.send_document(b"no", "a.heic", "image/heic", NAME, by=ben)
    await group.answer(refused)
    await final(group, await group.send(f"/ask {TOTAL}", by=ada))
    assert looked_at(stage) == [1, 1]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("kind", "sentence"), [("voice", "cannot listen"), ("zip", "unpack it"), ("place", "only look at")]
)
async def test_a_reply_to_what_is_no_picture_is_not_about_an_older_one(
    stage: Stage, server: Server, kind: str, sentence: str
) -> None:
    """What it replies to is named."""
    ada = server.person("Ada")
    group = server.group("Family", ada, bot_is_admin=True)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} What is this?"))
    if kind == "zip":
        sent = await group.send_document(b"PK", "bills.zip", "application/zip")
    else:
        sent = await group.send_content(voice(server.world.files) if kind == "voice" else LOCATION)
    assert sentence in await settled(group, await group.send(f"{NAME} {TOTAL}", reply_to=sent))
    assert len(asked(stage)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_reply_to_another_chats_text_is_not_about_an_older_picture(stage: Stage, chat: Chat) -> None:
    """Telegram shows nothing of it but that it is no picture."""
    await known(chat, stage)
    elsewhere: dict[str, Any] = {"message_id": 3, "date": 1, "text": "Hello"}
    shown = external_reply(elsewhere, NEWS)
    assert "no picture in the message" in await settled(chat, await chat.send(TOTAL, external_reply=shown))
    assert asked(stage) == []


@pytest.mark.usefixtures("bot")
async def test_a_reply_to_somebodys_words_is_about_the_current_picture(stage: Stage, server: Server) -> None:
    """The opposite mistake: people talk about the picture by replying to each other."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} What is this?", by=ada))
    words = await group.send("12.25, I think", by=ben)
    await final(group, await group.send(f"{NAME} {TOTAL}", reply_to=words, by=ada))
    assert looked_at(stage) == [1, 1]


@pytest.mark.usefixtures("bot")
async def test_an_answer_about_an_earlier_picture_says_so(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it could be doubted; not in the middle of a talk about it, nor in a reply to it."""
    photo = await chat.send_photo(pictures(1)[0], "What is this?")
    await final(chat, photo)
    assert "about the picture of" not in (await final(chat, await chat.send(TOTAL))).text
    monkeypatch.setattr("bot.incoming.subject.DOUBTFUL", -1.0)
    assert "about the picture of" in (await final(chat, await chat.send("And the date?"))).text
    assert "about the picture of" not in (await final(chat, await chat.send("And the shop?", reply_to=photo))).text
    assert looked_at(stage) == [1] * 4


@pytest.mark.usefixtures("bot")
async def test_in_a_group_an_answer_about_somebody_elses_picture_says_so(stage: Stage, server: Server) -> None:
    """Who asks may mean another one."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await final(group, await group.send_photo(pictures(1)[0], f"{NAME} What is this?", by=ada))
    assert "about the picture of" in (await final(group, await group.send(f"/ask {TOTAL}", by=ben))).text
    assert "about the picture of" not in (await final(group, await group.send("/ask And the date?", by=ben))).text


@pytest.mark.usefixtures("bot")
async def test_the_answer_to_its_question_is_about_what_it_asked_about(stage: Stage, server: Server) -> None:
    """In a group others ask about their own pictures meanwhile, or start afresh."""
    people = ada, ben, cat, dan, eve = [server.person(name) for name in ("Ada", "Ben", "Cat", "Dan", "Eve")]
    group = server.group("Family", *people, bot_is_admin=True)
    await group.answer(await group.send_photo(pictures(1)[0], NAME, by=ada))
    await final(group, await group.send_photo(pictures(2)[1], f"{NAME} Whose?", by=cat))
    await final(group, await group.send(TOTAL, by=ada))
    await group.answer(await group.send_photo(pictures(3)[2], NAME, by=ben))
    await group.answer(await group.send_photo(pictures(4)[3], NAME, by=dan))
    await final(group, await group.send(TOTAL, by=ben))
    await final(group, await group.send(TOTAL, by=dan))
    await group.answer(await group.send_photo(pictures(5)[4], NAME, by=eve))
    await group.answer(await group.send("/new", by=ben))
    await final(group, await group.send(TOTAL, by=eve))
    assert looked_at(stage) == [2, 1, 3, 4, 5]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("topic", [None, 12])
@pytest.mark.parametrize("call", [NAME, f"{NAME}?", "/ask", "/ask ？"])
async def test_a_call_without_a_word_is_about_the_picture_just_before_it(
    stage: Stage, server: Server, call: str, topic: int | None
) -> None:
    """It was not meant for the bot until then; it is asked what to know about it, and the answer is heard."""
    group = server.group("Family", server.person("Ada"), forum=topic is not None, bot_is_admin=True)
    await group.send_photo(pictures(1)[0], topic=topic)
    called = await group.send(call, topic=topic)
    notice = await group.answer(called)
    assert (notice.reply_to, notice.force_reply) == (called.id, True)
    assert "I have the picture" in notice.text
    await final(group, await group.send(TOTAL, topic=topic))
    assert (asked(stage), looked_at(stage)) == ([TOTAL], [1])


@pytest.mark.usefixtures("bot")
async def test_words_for_somebody_else_are_no_question(stage: Stage, server: Server) -> None:
    """Where every picture is answered, one that is shown to another person is only seen."""
    ada, ben = server.person("Ada"), server.person("Ben", username="ben_the_baker")
    group = server.group("Talk", ada, ben, bot_is_admin=True)
    await group.answer(await group.send("/watch on", by=ada))
    shown = await group.send_photo(pictures(1)[0], "@ben_the_baker look at this!", by=ada)
    await group.wait_until(lambda: shown.reactions or None)
    assert asked(stage) == []
    await final(group, await group.send_photo(pictures(2)[1], f"@ben_the_baker, {NAME} {TOTAL}", by=ada))
    assert looked_at(stage) == [2]


@pytest.mark.usefixtures("bot")
async def test_a_question_mark_alone_is_no_question(stage: Stage, chat: Chat) -> None:
    """It is asked what is meant, under a picture and after an answer; a sign that may mean something is one."""
    for mark in ("?", "？！"):
        assert "What do you want to know" in await settled(chat, await chat.send_photo(picture(), mark))
        assert "What do you want to know" in await settled(chat, await chat.send(mark))
    await final(chat, await chat.send("= ?"))
    assert asked(stage) == ["= ?"]


@pytest.mark.usefixtures("bot")
async def test_after_a_call_without_a_picture_the_next_one_is_meant(stage: Stage, server: Server) -> None:
    """The bot asked for one; somebody else's is not it."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await group.answer(await group.send(NAME, by=ada), lambda post: "not seen a picture" in post.text)
    await group.send_photo(pictures(2)[1], by=ben)
    photo = await group.send_photo(pictures(1)[0], by=ada)
    assert "I have the picture" in await settled(group, photo)
    await final(group, await group.send(TOTAL, by=ada))
    assert looked_at(stage) == [1]
