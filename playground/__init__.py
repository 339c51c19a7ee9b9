"""A Bot API server on loopback, for people without a token, for tests and for the demo.

    async with playground.serve() as server:
        # Any bot: telegram.base_url = server.base_url, base_file_url = server.base_file_url, server.token
        chat = server.person("Ada", language_code="en").private()

        question = await chat.send_photo(picture_bytes, "What is the total?")
        answer = await chat.answer(question, lambda post: "42" in post.text, timeout=20)
        answer.text, answer.history, answer.edits, answer.buttons, answer.reply_to == question.id

        press = await chat.press("Look closer", answer)     # by the button's text or its data
        await press.answered()                              # the notice, "" if it only stopped the spinner
        scan = await chat.send_document(png_bytes, "scan.png", caption="Read it", reply_to=answer)
        await chat.edit(scan, "Read the second line")       # or edit_photo, or touch: edited_message
    await chat.send("And this?", reply_to=answer, quote="42")
    await chat.forward(post_of_another_chat)            # playground.origins: whose it is; playground.contents: the rest
    question.reactions == ["👀"]                        # the bot's
    await chat.wait_until(lambda: len(chat.messages) == 6)

        group = server.group("Friends", server.person("Bo"), server.person("Chen", language_code="zh"))
        await group.send("/start@eyeglass_play_bot", by=group.people[1])

        server.fail_next("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
        server.time_out_next("sendMessage")                 # delivered, but never answered
        server.fail_next("download", 404, "Not Found")      # a file's download
        server.put_update({"message": "not a message"})     # an update that no real server sends
        await server.acknowledged()                         # wait until it has every update and polls again
        assert server.violations == []                      # nothing was sent that the Bot API does not know
        assert server.calls("sendChatAction")[0]["action"] == "typing"

The server lives in the loop that entered it, and events wake every wait, never a timer.
"""

from playground.app import Call
from playground.chat import Chat
from playground.limits import Limits
from playground.rooms import Post
from playground.server import Server, serve
from playground.state import Event, Happening
from playground.wire import Refused

__all__ = [
    "Call",
    "Chat",
    "Event",
    "Happening",
    "Limits",
    "Post",
    "Refused",
    "Server",
    "serve",
]
