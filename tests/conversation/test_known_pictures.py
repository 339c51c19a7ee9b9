"""The model is told by what digest a picture's copy is kept, so that it need not make one of its own."""

from assistant.pictures.copies import digest_of
from playground import Chat
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final


async def test_with_a_picture_goes_the_digest_of_its_bytes(stage: Stage, chat: Chat) -> None:
    """The same for a follow-up, another one for another picture, also where the copy had to be fetched again."""
    await stage.start()
    first = await chat.send_photo(picture(), "What is it?")
    await final(chat, first)
    copies = list(stage.folder.glob("*/*.jpg"))
    assert copies
    for copy in copies:
        copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    await final(chat, await chat.send("And its colour?", reply_to=first))
    await final(chat, await chat.send_photo(picture(100, 90), "What is it?"))
    seen = [request.pictures[0] for request in stage.engine.requests]
    assert [each.digest for each in seen] == [digest_of(each.data) for each in seen]
    assert seen[0].digest == seen[1].digest != seen[2].digest
