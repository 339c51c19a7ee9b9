"""Chats, pictures and turns."""

from dataclasses import replace

import pytest

from assistant.settings.chat_settings import ChangedBy, ChatSettings, Footer, Length, Setting
from assistant.storage import Chats, Database, Deletion, NewPicture, Picture, Pictures, Turn, Turns
from model_service import Detail, FinishReason

NEW = NewPicture(
    chat=5,
    message_id=10,
    album=None,
    source="photo",
    file_id="F",
    file_unique_id="U",
    width=640,
    height=480,
    bytes=1000,
    path="a.jpg",
)
TURN = Turn("What?", "A cat.", 42, 11, (12, 13), Detail(512), FinishReason.STOP)


@pytest.fixture
async def picture(database: Database) -> Picture:
    """A picture that is remembered."""
    return await Pictures(database).add(NEW)


async def test_a_chats_settings_are_kept(database: Database) -> None:
    """Each on its own; a new chat has none."""
    chats = Chats(database)
    assert await chats.settings(5) == ChatSettings()
    await chats.choose(Setting.DETAIL, "384", 5)
    assert await chats.settings(5) == ChatSettings(Detail(384))
    await chats.choose(Setting.DETAIL, "100", 5)
    assert await chats.settings(5) == ChatSettings(Detail(100))


async def test_a_topic_may_have_its_own_settings(database: Database) -> None:
    """If it chose none the chat's hold."""
    chats = Chats(database)
    await chats.choose(Setting.DETAIL, "384", 5)
    assert await chats.settings(5, 7) == ChatSettings(Detail(384))
    await chats.choose(Setting.DETAIL, "100", 5, 7)
    assert await chats.settings(5, 7) == ChatSettings(Detail(100))
    assert await chats.settings(5, 8) == ChatSettings(Detail(384))
    assert await chats.settings(6, 7) == ChatSettings()


async def test_what_is_looked_at_is_kept_by_topic(database: Database, picture: Picture) -> None:
    """One picture or several, never another topic's; it goes when it is deleted."""
    pictures = Pictures(database)
    second = await pictures.add(replace(NEW, message_id=11))
    await pictures.look_at([picture], 5)
    await pictures.look_at([second, picture], 5, 7)
    assert (await pictures.current(5)).pictures == [picture]
    assert (await pictures.current(5, 7)).pictures == [picture, second]
    assert (await pictures.current(5, 8)).pictures == (await pictures.current(6)).pictures == []
    await pictures.look_at([], 5)
    assert (await pictures.current(5)).pictures == []
    await Deletion(database).chat(5, 0)
    assert (await pictures.current(5, 7)).pictures == []


async def test_every_setting_is_read_as_it_was_chosen(database: Database) -> None:
    """In the words of the buttons; a topic's choice goes before its chat's, and that before the owner's."""
    owners = ChatSettings(Detail(64), footer=Footer.HIDDEN, temperature=0.7, length=Length.SHORT)
    chats = Chats(database, owners)
    words = {
        Setting.DETAIL: "high", Setting.LANGUAGE: "zh", Setting.FOOTER: "2", Setting.STREAM: "off",
        Setting.LENGTH: "long", Setting.TEMPERATURE: "0.4", Setting.WATCH: "1", Setting.CHANGED_BY: "everybody",
        Setting.UNASKED: "react",
    }  # fmt: skip
    assert set(words) == set(Setting)
    for setting, word in words.items():
        await chats.choose(setting, word, 5)
    await chats.choose(Setting.LENGTH, "normal", 5, 7)
    chosen = await chats.settings(5)
    assert {setting: chosen.word(setting) for setting in Setting} == words
    assert await chats.settings(5, 7) == replace(chosen, length=Length.NORMAL)
    assert await chats.settings(6) == owners


async def test_the_defaults_hold_again(database: Database) -> None:
    """In a topic its chat's settings; who may change them is no matter of taste."""
    chats = Chats(database)
    for setting, word in ((Setting.FOOTER, "0"), (Setting.CHANGED_BY, "everybody"), (Setting.DETAIL, "max")):
        await chats.choose(setting, word, 5)
    await chats.choose(Setting.FOOTER, "1", 5, 7)
    await chats.reset(5, 7)
    assert (await chats.settings(5, 7)).footer is Footer.HIDDEN
    await chats.reset(5)
    assert await chats.settings(5) == ChatSettings(changed_by=ChangedBy.EVERYBODY)


async def test_a_stranger_is_told_once_an_hour(database: Database) -> None:
    """Each stranger has a pause of their own; it begins when they were told, not when they last wrote."""
    chats = Chats(database)
    told = [await chats.may_tell_stranger(5, now, 3600) for now in (10_000.0, 10_001.0, 13_000.0, 13_600.0, 13_601.0)]
    assert told == [True, False, False, True, False]
    assert await chats.may_tell_stranger(6, 10_001.0, 3600)


async def test_a_stranger_who_was_told_by_a_clock_ahead_is_told_again(database: Database) -> None:
    """Where it was ahead by more than the pause: by less, it was told just now."""
    chats = Chats(database)
    told = [await chats.may_tell_stranger(5, now, 3600) for now in (10_000.0, 6_400.0, 6_399.0)]
    assert told == [True, False, True]


async def test_a_picture_is_found_by_its_number_its_message_and_its_album(database: Database) -> None:
    """And keeps all that is known about it."""
    pictures = Pictures(database)
    first = await pictures.add(replace(NEW, album="A"))
    second = await pictures.add(replace(NEW, album="A", message_id=11))
    assert await pictures.get(first.id) == first
    assert await pictures.of_message(5, 11) == [second]
    assert await pictures.of_message(6, 11) == []
    assert await pictures.recent(5, 1) == [second]
    assert await pictures.of_album(5, "A") == [first, second]
    assert replace(NEW, album="A") == NewPicture(
        **{name: getattr(first, name) for name in NewPicture.__dataclass_fields__}
    )


async def test_the_same_message_again_is_the_same_picture(database: Database, picture: Picture) -> None:
    """A replay after a crash adds nothing."""
    again = await Pictures(database).add(replace(NEW, path="b.jpg"))
    assert (again.id, again.path) == (picture.id, "b.jpg")


async def test_turns_are_kept_in_order_and_lead_to_their_picture(database: Database, picture: Picture) -> None:
    """History in turn; every message of question and answer is about the picture."""
    turns, pictures = Turns(database), Pictures(database)
    await turns.add([(picture, TURN)])
    where = replace(TURN, question="Where?", answer="There.", question_message=14, answer_messages=())
    await turns.add([(picture, where)])
    assert [(message.role, message.text) for message in await turns.history(picture, 42)] == [
        ("user", "What?"),
        ("assistant", "A cat."),
        ("user", "Where?"),
        ("assistant", "There."),
    ]
    assert [await pictures.of_message(5, number) for number in (11, 12, 13, 14)] == [[picture]] * 4
    assert await turns.answered(5, 11)
    assert not await turns.answered(5, 12)
    assert not await turns.answered(6, 11)


async def test_of_other_people_the_names_are_told(database: Database, picture: Picture) -> None:
    """Before their questions; not before one's own, nor before answers, nor in private, where none is kept."""
    turns = Turns(database)
    await turns.add([(picture, replace(TURN, name="Ada"))])
    where = replace(TURN, question="Where?", question_message=14, answer_messages=(), user=43)
    await turns.add([(picture, where)])
    told = ["What?", "A cat.", "Where?", "A cat."]
    assert [message.text for message in await turns.history(picture, 42)] == told
    for other in (43, None):
        assert [message.text for message in await turns.history(picture, other)] == ["Ada: What?", *told[1:]]


async def test_other_messages_can_be_about_a_picture(database: Database, picture: Picture) -> None:
    """The bot's own question about it, for one."""
    await Pictures(database).about([picture], [20, 21])
    assert await Pictures(database).of_message(5, 21) == [picture]


async def test_a_message_can_be_about_several_pictures(database: Database, picture: Picture) -> None:
    """Its former pictures are replaced; but a message that shows a picture is about that one alone."""
    pictures = Pictures(database)
    second = await pictures.add(replace(NEW, message_id=11))
    await pictures.about([picture], [20])
    await pictures.about([picture, second], [10, 11, 20])
    assert await pictures.of_message(5, 20) == [picture, second]
    assert await pictures.of_message(5, 10) == [picture]
    assert await pictures.of_message(5, 11) == [second]


async def test_pages_of_one_document_are_told_apart(database: Database) -> None:
    """They share a message; which of them that is about is said, not guessed."""
    pictures = Pictures(database)
    added = [
        await pictures.add(replace(NEW, source="page", page=number, pages=9, path=f"{number}.jpg")) for number in (7, 2)
    ]
    assert await pictures.pages(5, 10) == added[::-1]
    assert await pictures.of_message(5, 10) == []
    await pictures.about(added[:1], [10])
    assert await pictures.of_message(5, 10) == added[:1]


async def test_one_answer_about_several_pictures_is_remembered_with_each(database: Database, picture: Picture) -> None:
    """Each has its own part; the messages are about all of them, and it counts as one answer."""
    pictures, turns = Pictures(database), Turns(database)
    second = await pictures.add(replace(NEW, message_id=11))
    await turns.add([(picture, replace(TURN, question_message=14)), (second, replace(TURN, answer="A dog."))])
    assert [message.text for message in await turns.history(second, 42)] == ["What?", "A dog."]
    assert await pictures.of_message(5, 13) == [picture, second]
    assert await turns.asked(5, 14) == ("What?", TURN.user)
    assert await turns.asked(5, 99) is None
    await turns.add([(each, replace(TURN, question_message=15)) for each in (picture, second)])
    assert (await Deletion(database).chat(5, 0)).questions == 3
