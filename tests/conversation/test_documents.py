"""PDFs: pages by their numbers, and clear sentences about what cannot be read."""

import io

import pytest
from PIL import Image

from assistant.settings.chat_settings import Setting
from playground import Chat, Post, Server
from tests.assistant.pictures.test_documents import LOCKED
from tests.bot.samples import pdf
from tests.conversation.albums import HandWindow
from tests.conversation.conftest import Stage, final, settled

pytestmark = pytest.mark.usefixtures("bot")


def looked_at(stage: Stage) -> list[int]:
    """Return the numbers of the pages that the engine was shown, by how dark they are."""
    pages = [Image.open(io.BytesIO(request.pictures[0].data)).convert("L") for request in stage.engine.requests]
    stage.engine.requests.clear()
    found = [page.getpixel((page.width // 2, page.height // 2)) for page in pages]
    return [round(256 - light) for light in found if isinstance(light, int | float)]


async def answered(chat: Chat, question: Post, count: int) -> Post:
    """Wait for the finished answer about `count` pages."""
    done = "read at" if count == 1 else f"{count} pages read"
    return await chat.answer(question, lambda post: post.reply_to == question.id and done in post.text)


async def test_the_first_page_is_read_and_how_to_name_others_is_told(stage: Stage, chat: Chat) -> None:
    """If the question names none."""
    reply = await answered(chat, await chat.send_document(pdf(12), "report.pdf", caption="What is this?"), 1)
    assert reply.text.startswith("A grey gradient.\n\npage 1 of 12; to read others, name them")
    assert looked_at(stage) == [1]


async def test_a_document_of_one_page_is_a_picture(stage: Stage, chat: Chat) -> None:
    """Nothing is said of pages."""
    reply = await answered(chat, await chat.send_document(pdf(), "note.pdf", caption="What is this?"), 1)
    assert "page" not in reply.text


@pytest.mark.parametrize(
    ("caption", "numbers", "named"),
    [
        ("What is on page 3?", [3], []),
        ("Sum up pages 2-4", [2, 3, 4], ["Page 2:", "Page 3:", "Page 4:"]),
        ("第二页和第五页写了什么？", [2, 5], ["Page 2:", "Page 5:"]),
        ("Sum up all pages", list(range(1, 7)), ["Page 1:", "Page 6:"]),
    ],
)
async def test_pages_are_named_in_the_caption(
    stage: Stage, chat: Chat, caption: str, numbers: list[int], named: list[str]
) -> None:
    """Each is looked at; the answer says which is which, and the hint is not given to those who know."""
    reply = await answered(chat, await chat.send_document(pdf(6), "report.pdf", caption=caption), len(numbers))
    assert looked_at(stage) == numbers
    assert all(f"{name} A grey gradient." in reply.text for name in named)
    assert ("page 3 of 6" in reply.text) == (numbers == [3])
    assert "to read others" not in reply.text


async def test_follow_ups_are_about_the_same_pages_or_name_others(stage: Stage, server: Server, chat: Chat) -> None:
    """After a restart too: the document is fetched again only for pages that were not rendered yet."""
    post = await chat.send_document(pdf(9), "report.pdf", caption="Sum up pages 2-3")
    reply = await answered(chat, post, 2)
    assert looked_at(stage) == [2, 3]
    await answered(chat, await chat.send("And in short?"), 2)
    assert stage.engine.requests[1].messages[0].text == "Sum up this page"
    assert looked_at(stage) == [2, 3]
    assert len(server.calls("download")) == 1
    await stage.stop()
    await stage.start()
    await answered(chat, await chat.send("And page 7?"), 1)
    assert looked_at(stage) == [7]
    assert len(server.calls("download")) == 2
    await answered(chat, await chat.send("Who signed it?"), 1)
    assert looked_at(stage) == [7]
    await answered(chat, await chat.send("And here?", reply_to=reply), 2)
    assert looked_at(stage) == [2, 3]
    await answered(chat, await chat.send("And the last page?", reply_to=post), 1)
    assert looked_at(stage) == [9]


@pytest.mark.parametrize(
    ("language", "asked", "question", "name"),
    [
        ("en", "I have the document; it has 4 pages.", "Sum up pages 3-4", "Page 3: A grey gradient."),
        ("zh-hans", "文件收到了，共 4 页。", "第3到4页讲什么？", "第 3 页：A grey gradient."),
    ],
)
async def test_without_a_caption_it_is_asked_what_to_know(  # noqa: PLR0917
    stage: Stage, server: Server, language: str, asked: str, question: str, name: str
) -> None:
    """With how many pages there are, in the person's language."""
    chat = server.person("Lan", language_code=language).private()
    prompt = await chat.answer(await chat.send_document(pdf(4), "report.pdf"))
    assert prompt.text.startswith(asked)
    post = await chat.send(question)
    reply = await chat.answer(post, lambda reply: "504" in reply.text)
    assert name in reply.text
    assert looked_at(stage) == [3, 4]


@pytest.mark.parametrize(
    ("data", "caption", "english", "chinese"),
    [
        (LOCKED, "What is this?", "locked with a password", "有密码"),
        (b"%PDF-1.7 junk", "What is this?", "damaged", "已损坏"),
        (pdf(3), "What is on page 4?", "has 3 pages", "共有 3 页"),
        (b"%PDF-1.7" + bytes(21 * 1024 * 1024), "What is this?", "too big", "太大"),
    ],
    ids=["locked", "broken", "no such page", "too big"],
)
async def test_what_cannot_be_read_gets_its_sentence(  # noqa: PLR0917
    stage: Stage, server: Server, data: bytes, caption: str, english: str, chinese: str
) -> None:
    """In both languages; the model is not asked."""
    for code, said in (("en", english), ("zh-hans", chinese)):
        chat = server.person("Lan", language_code=code).private()
        assert said in await settled(chat, await chat.send_document(data, "report.pdf", caption=caption))
    assert stage.engine.requests == []


@pytest.mark.parametrize("caption", ["Sum up pages 5-20", "请总结第5到20页"])
async def test_of_more_pages_than_it_reads_the_first_are_read(stage: Stage, chat: Chat, caption: str) -> None:
    """And that is said, whatever else stands under an answer; the others can be named, then nothing is left out."""
    assert stage.running is not None
    await stage.running.services.chats.choose(Setting.FOOTER, "0", chat.id)
    said = await settled(chat, await chat.send_document(pdf(30), "report.pdf", caption=caption))
    assert "only the first 10 pages of these were read" in said
    assert looked_at(stage) == list(range(5, 15))
    assert "only the first" not in await settled(chat, await chat.send("And on pages 15-20?"))
    assert looked_at(stage) == list(range(15, 21))


async def test_a_reply_to_somebodys_document_names_its_page(stage: Stage, server: Server) -> None:
    """The bot had not seen it before."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    document = await group.send_document(pdf(5), "report.pdf", by=ben)
    question = await group.send("/ask What is on page 2?", reply_to=document, by=ada)
    await final(group, question)
    assert looked_at(stage) == [2]


async def test_a_page_whose_copy_is_gone_is_rendered_again(stage: Stage, server: Server, chat: Chat) -> None:
    """From the document as Telegram still has it."""
    await answered(chat, await chat.send_document(pdf(5), "report.pdf", caption="What is on page 4?"), 1)
    for copy in (stage.folder / "pictures").iterdir():
        copy.unlink()
    stage.engine.requests.clear()
    await answered(chat, await chat.send("And below?"), 1)
    assert looked_at(stage) == [4]


async def test_documents_in_an_album_are_read_by_their_first_pages(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """One question about all of them; a reply to one may name its further pages."""
    first = await chat.send_document(pdf(3), "a.pdf", caption="What is this?", media_group_id="7")
    second = await chat.send_document(pdf(9), "b.pdf", media_group_id="7")
    await window.arriving(2)
    window.turn(1.0)
    reply = await chat.answer(first, lambda post: "2 pictures read" in post.text)
    assert "Picture 2: A grey gradient." in reply.text
    assert looked_at(stage) == [1, 1]
    await answered(chat, await chat.send("And page 8?", reply_to=second), 1)
    assert looked_at(stage) == [8]
    again = await chat.send("And in short?", reply_to=reply)
    await chat.answer(again, lambda post: "2 pictures read" in post.text)
    assert looked_at(stage) == [1, 1]
