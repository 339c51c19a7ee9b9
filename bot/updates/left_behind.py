"""Messages that a killed run left behind, in which an answer was begun before their numbers were recorded."""

from telegram.ext import ExtBot

from assistant.storage import Heard, Pictures
from bot.delivery.orphans import MOST_TRIED, orphans_of, remove
from bot.updates.inbox import Inbox


async def adopt(bot: ExtBot[int], inbox: Inbox, heard: Heard, pictures: Pictures) -> None:
    """Record them, so that the answers go on in them; of several under a question delete all but the newest.

    Only at the start, when nothing else is sent: to look at a message takes its buttons away.
    """
    for update_id, chat, message in await inbox.unrecorded():
        said = await heard.get(chat, message)
        question = message if said is None or said.question is None else said.question
        known = await pictures.messages_about(chat, question, question + MOST_TRIED + 1)
        known |= await inbox.said_to_commands(chat, question)  # A question of /forget keeps its buttons.
        left = await orphans_of(bot, chat, question, known)
        await remove(bot, chat, left[:-1])
        if left:
            await inbox.note_answer(update_id, left[-1])
