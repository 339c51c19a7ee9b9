"""The small print under an answer: how closely the picture was read, and what would show more."""

from bot.storage import Picture
from bot.texts import Sentence, Texts
from model_service import LEVEL_TOKENS, Detail, FinishReason, GenerationOutput, Level

PHOTO_SIDE = 1280
"""The longest side, in pixels, to which Telegram shrinks a photo."""

CLOSE = Detail(LEVEL_TOKENS[Level.HIGH])
"""From this level on Telegram's compression is what limits a photo."""

SEPARATOR = " · "


def footer(texts: Texts, picture: Picture, asked: Detail, output: GenerationOutput, *, hint: bool = True) -> str:
    """One line of notes; empty where nothing was looked at. The seconds are those since the question's turn came.

    Without `hint` it is not said how the picture would have kept its small print.
    """
    plan = output.plan
    if plan is None:
        return ""
    seconds = f"{output.seconds - output.seconds_waited:.1f}"
    notes = [texts.say(Sentence.FOOTER, width=plan.width, height=plan.height, tokens=plan.tokens, seconds=seconds)]
    if output.memory_short:
        notes.append(texts.say(Sentence.MEMORY_SHORT, level=plan.detail))
    elif plan.detail.tokens < asked.tokens:
        notes.append(texts.say(Sentence.STEPPED_DOWN))
    if output.finish_reason is FinishReason.LENGTH:
        notes.append(texts.say(Sentence.CUT_SHORT))
    if hint and photo_is_the_limit(picture, plan.detail):
        notes.append(texts.say(Sentence.SEND_AS_FILE))
    return SEPARATOR.join(notes)


def photo_is_the_limit(picture: Picture, detail: Detail) -> bool:
    """The level would show more than Telegram's compression left of the picture."""
    shrunk = picture.source == "photo" and max(picture.width, picture.height) >= PHOTO_SIDE
    return shrunk and detail.tokens >= CLOSE.tokens
