"""/text, /table and /describe: questions that need no words."""

import csv
import io

import pytest

from model_service import Ability, GenerationRequest
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing

NAME = "@eyeglass_play_bot"
MARKDOWN = "Here it is:\n\n| Item | Price |\n|---|---:|\n| **Tea** | 2,50 |\n| =SUM(A1) | -1 |\n"
LANGUAGES = ("en", "zh-hans")
PROMPTS = {
    "en": {"text": "Read out all text", "table": "as a Markdown table", "describe": "cannot see it"},
    "zh-hans": {"text": "读出图片中的全部文字", "table": "Markdown 表格", "describe": "看不见图片"},
}

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture(autouse=True)
def can_do_all(stage: Stage) -> None:
    """The model has learned whatever the commands ask for."""
    stage.engine.abilities = set(Ability)


def worded(request: GenerationRequest) -> list[tuple[str, str]]:
    """What was said, whoever said it."""
    return [(message.role, message.text) for message in request.messages]


async def answered(chat: Chat, post: Post) -> Post:
    """Return the bot's finished answer to a message."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))


def file_of(server: Server, post: Post) -> bytes:
    """Return the bytes of the file that the bot sent."""
    assert post.file_id is not None
    return server.world.files.find(post.file_id).data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["text", "table", "describe"])
async def test_each_is_a_question_about_the_current_picture(
    stage: Stage, server: Server, language: str, command: str
) -> None:
    """In the person's language; also about what it replies to, and in a caption."""
    chat = server.person("Ada", language_code=language).private()
    first = await chat.send_document(picture(300, 100), "a.png", caption=f"/{command}")
    await answered(chat, first)
    await answered(chat, await chat.send(f"/{command}"))
    await answered(chat, await chat.send_photo(picture(100, 300), "Why?"))
    await answered(chat, await chat.send(f"/{command}", reply_to=first))
    about = [stage.engine.requests[index] for index in (0, 1, 3)]
    for request in about:
        assert PROMPTS[language][command] in request.messages[-1].text
        plan = stage.engine.plan(request)
        assert plan is not None and plan.columns > plan.rows


async def test_text_comes_as_it_is_in_a_block_to_copy(stage: Stage, chat: Chat) -> None:
    """Text that looks like Markdown stays; a fence around all of it goes; the last line is outside of the block."""
    written = "**TOTAL**  12.50\n# 3 * 4\n_thanks_"
    stage.engine.pieces = (f"```text\n{written}\n```",)
    post = await answered(chat, await chat.send_photo(picture(), "/text"))
    block, small = post.entities
    assert (block["type"], small["type"]) == ("pre", "italic")
    assert post.text[: block["length"]] == written
    assert "read at" in post.text[small["offset"] :]
    assert "Retry" not in [button.text for button in post.buttons]


async def test_a_long_text_is_a_file_of_text(stage: Stage, server: Server, chat: Chat) -> None:
    """Beyond four messages its beginning is shown, and all of it comes as a file."""
    lines = "\n".join(f"line {number} " + " ".join(map(str, range(60))) for number in range(200))
    stage.engine.pieces = (lines,)
    post = await chat.send_photo(picture(), "/text")
    file = await chat.answer(post, lambda reply: reply.file_id is not None)
    assert file_of(server, file).decode() == lines.strip()
    assert file.content["document"]["file_name"] == "text.txt"
    await chat.answer(post, lambda reply: "read at" in reply.text)


@pytest.mark.parametrize(("language", "said"), [("en", "spreadsheets"), ("zh-hans", "电子表格")])
async def test_a_table_comes_as_a_csv_file(stage: Stage, server: Server, language: str, said: str) -> None:
    """Under the table on screen; its cells are exact, and none of them is run as a formula."""
    chat = server.person("Ada", language_code=language).private()
    stage.engine.pieces = (MARKDOWN,)
    post = await chat.send_photo(picture(1200, 900), "/table")
    file = await chat.answer(post, lambda reply: reply.file_id is not None)
    assert said in file.text and file.content["document"]["file_name"] == "table.csv"
    data = file_of(server, file)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["Item", "Price"], ["Tea", "2,50"], ["'=SUM(A1)", "-1"]]
    shown = next(reply for reply in chat.messages if reply.by_bot)
    assert "Tea" in shown.text and not shown.buttons
    assert file.buttons


@pytest.mark.parametrize(("language", "said"), [("en", "no table in it"), ("zh-hans", "没有找到表格")])
async def test_what_is_no_table_is_said_to_be_none(stage: Stage, server: Server, language: str, said: str) -> None:
    """The model's text is shown instead."""
    chat = server.person("Ada", language_code=language).private()
    post = await answered(chat, await chat.send_photo(picture(), "/table"))
    assert post.text.startswith("A grey gradient.") and said in post.text
    assert len([reply for reply in chat.messages if reply.by_bot]) == 1


async def test_a_level_and_a_part_may_follow(stage: Stage, chat: Chat) -> None:
    """Anything else is added to what is asked."""
    await answered(chat, await chat.send_document(picture(1000, 1000), "a.png", caption="Why?"))
    for words in ("max", "#fine top left", "low prices only"):
        await answered(chat, await chat.send(f"/text {words}"))
    highest, quarter, more = stage.engine.requests[1:]
    assert str(highest.detail) == "max" and highest.pictures[0].region is None
    assert str(quarter.detail) == "fine" and quarter.pictures[0].region is not None
    assert highest.messages[-1].text == quarter.messages[-1].text
    assert str(more.detail) == "low" and more.messages[-1].text.endswith("say nothing else. prices only")


async def test_pages_are_read_out_one_after_the_other(stage: Stage, chat: Chat) -> None:
    """One block with the text of all pictures, without names between."""
    posts = await chat.send_album([picture(), picture(200, 100)], "/text")
    post = await answered(chat, posts[0])
    assert post.text.startswith("A grey gradient.\n\nA grey gradient.\n\n")
    assert post.entities[0]["type"] == "pre"


async def test_a_closer_look_at_a_text_is_a_text_again(stage: Stage, chat: Chat) -> None:
    """The button knows what it was, and of which part."""
    stage.engine.pieces = ("**A**",)
    first = await answered(chat, await chat.send_document(picture(900, 900), "a.png", caption="/text bottom half"))
    await chat.press("Look closer", first)
    second = await chat.answer(first, lambda reply: reply.reply_to == first.id and not is_growing(reply))
    assert second.text.startswith("**A**\n\nthe lower half only · read at")
    one, other = stage.engine.requests
    assert one.pictures[0].region == other.pictures[0].region and one.pictures[0].region is not None
    assert worded(one) == worded(other)


async def test_without_a_picture_it_is_asked_for_one(server: Server, chat: Chat) -> None:
    """In a group, a command that is meant for another bot is left alone."""
    assert "Send me a picture first" in (await chat.answer(await chat.send("/text"))).text
    group = server.group("Family", server.person("Ben"))
    await group.send("/text@another_bot")
    asked = await group.send("/describe")
    assert "not seen a picture here yet" in (await group.answer(asked)).text
