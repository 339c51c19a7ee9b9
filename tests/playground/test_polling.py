"""Updates reach the bot as from Telegram: long polling, acknowledgement, one poller."""

import anyio
import httpx
import pytest
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken
from telegram.ext import Application, ContextTypes, MessageHandler, filters

import playground
from playground import Chat, Server

Context = ContextTypes.DEFAULT_TYPE


async def test_an_application_polls_answers_and_stops(server: Server, chat: Chat) -> None:
    """PTB's real Application gets a message, replies, and acknowledges."""

    async def echo(update: Update, context: Context) -> None:
        assert update.message is not None
        await update.message.reply_text(f"You said: {update.message.text}", do_quote=True)

    builder = Application.builder().token(server.token)
    application = builder.base_url(server.base_url).base_file_url(server.base_file_url).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling()
        question = await chat.send("hello")
        answer = await chat.answer(question)
        await server.acknowledged()
        await application.updater.stop()
        await application.stop()
    assert (answer.text, answer.reply_to, answer.by_bot) == ("You said: hello", question.id, True)
    assert server.violations == []


async def test_an_offset_acknowledges(bot: Bot, chat: Chat) -> None:
    """Updates come again until an offset above them is asked for; then they are dropped."""
    for text in "abc":
        await chat.send(text)
    first = await bot.get_updates(limit=2)
    assert [update.message and update.message.text for update in first] == ["a", "b"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message and update.message.text for update in rest] == ["c"]
    assert await bot.get_updates(offset=0) == rest


async def test_a_negative_offset_keeps_the_last(bot: Bot, chat: Chat) -> None:
    """offset=-1 drops all but the newest update."""
    for text in "abc":
        await chat.send(text)
    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "c"
    assert len(await bot.get_updates()) == 1


async def test_a_long_poll_is_woken(server: Server, bot: Bot, chat: Chat) -> None:
    """A waiting poll returns as soon as something happens."""

    async def later() -> None:
        await server.wait_until(lambda: server.polling)
        await chat.send("now")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(later)
        with anyio.fail_after(5):
            (update,) = await bot.get_updates(timeout=30)
    assert update.effective_message is not None
    assert update.effective_message.text == "now"


async def test_a_second_poller_ends_the_first(server: Server, http: httpx.AsyncClient) -> None:
    """The older poll is answered 409 Conflict."""
    answers: list[httpx.Response] = []

    async def first() -> None:
        answers.append(await http.post("getUpdates", data={"timeout": "30"}, timeout=10))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(first)
        await server.wait_until(lambda: server.polling)
        assert (await http.post("getUpdates")).json() == {"ok": True, "result": []}
    assert answers[0].status_code == 409
    assert answers[0].json()["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_only_allowed_updates_come(server: Server, bot: Bot, chat: Chat) -> None:
    """Kinds that the bot did not ask for are not queued."""
    await bot.get_updates(allowed_updates=["edited_message"])
    await chat.edit(await chat.send("a"), "b")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "b"
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_a_malformed_update_is_delivered_as_it_is(server: Server, http: httpx.AsyncClient) -> None:
    """A test can put anything into the queue; an update_id is added."""
    put = server.put_update({"message": {"text": "no chat, no date"}})
    assert (await http.post("getUpdates")).json()["result"] == [put]
    await http.post("getUpdates", data={"offset": put["update_id"] + 1})
    assert server.pending == []


async def test_a_wrong_token_is_refused(server: Server) -> None:
    """401 Unauthorized, for methods and for files."""
    with pytest.raises(InvalidToken):
        async with Bot("123456:wrong", base_url=server.base_url):
            pass
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{server.base_file_url}123456:wrong/photos/file_0.jpg")).status_code == 401


async def test_closing_ends_a_long_poll() -> None:
    """A closing server answers waiting clients quickly."""
    statuses: list[int] = []
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks, httpx.AsyncClient() as client:
            async with playground.serve() as server:
                url = f"{server.base_url}{server.token}/getUpdates"

                async def poll() -> None:
                    statuses.append((await client.post(url, data={"timeout": "50"}, timeout=60)).status_code)

                tasks.start_soon(poll)
                await server.wait_until(lambda: server.polling)
            await server.wait_until(lambda: statuses)
    assert statuses == [200]


async def test_a_foreign_webhook_ends_polling(server: Server, bot: Bot, chat: Chat) -> None:
    """Also a poll that waits; until it is deleted, nothing comes, and nothing is lost."""
    async with anyio.create_task_group() as tasks:

        async def poll() -> None:
            with pytest.raises(Conflict, match="terminated by setWebhook"):
                await bot.get_updates(timeout=30)

        tasks.start_soon(poll)
        await server.wait_until(lambda: server.polling)
        server.set_foreign_webhook("https://example.org/hook")
    await chat.send("hello")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    assert not server.polling
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("https://example.org/hook", 1)
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""
    assert len(await bot.get_updates()) == 1


async def test_another_bot_begins_with_nothing() -> None:
    """Another token is another bot: messages are numbered from 1 in chats with the same ids, updates from elsewhere."""
    seen, updates = [], set[int]()
    for token in ("7012345678:one", "7087654321:two"):
        async with playground.serve(token) as server, Bot(token, base_url=server.base_url) as bot:
            post = await server.person("Ada").private().send("hello")
            updates |= {update.update_id for update in await bot.get_updates()}
            seen.append((bot.id, post.content["chat"]["id"], post.id))
    (one, chat, first), other = seen
    assert (one, other) == (7012345678, (7087654321, chat, first))
    assert (first, len(updates)) == (1, 2)
