"""What is said of the loaded model: what it is, and what a small one can read and cannot do."""

from collections.abc import Mapping

from assistant.texts import Count, FamilySentence, ReaderSentence, Sentence, ServerSentence, Texts, own_names
from model_service import Ability, Detail, EngineInfo, ServerState, Transcription, Trouble

TROUBLES: Mapping[Trouble, ServerSentence] = {
    Trouble.AWAY: ServerSentence.NOT_NOW,
    Trouble.KEY: ServerSentence.STATUS_KEY,
    Trouble.MODEL: ServerSentence.STATUS_NO_MODEL,
}
"""What is said of a server that answers nobody now."""


def is_small(info: EngineInfo | None) -> bool:
    """Whether the loaded model reads a little print at most."""
    return info is not None and Ability.TEXT not in info.abilities


def model_line(texts: Texts, info: EngineInfo) -> str:
    """Say which model is loaded, and on what."""
    if is_small(info):
        device = "CPU" if info.device.startswith("cpu") else "GPU"
        return texts.say(Sentence.STATUS_SMALL, model=info.model, device=device)
    if info.remote:
        return texts.say(ServerSentence.STATUS_MODEL, model=info.model, host=info.device)
    return texts.say(Sentence.STATUS_MODEL, model=info.model, device=info.device, dtype=info.dtype)


def family_lines(texts: Texts, info: EngineInfo) -> list[str]:
    """Say of which family the model is and how it looks at pictures, where that is known."""
    if not info.family:
        return []
    tokens, pictures = Count.TOKENS.of(info.dial.max_tokens), Count.PICTURES.of(info.pictures_per_request)
    pixels = info.dial.token_pixels
    said = FamilySentence.STATUS_FAMILY
    return [texts.say(said, family=info.family, pixels=pixels, tokens=tokens, pictures=pictures)]


def reader_lines(texts: Texts, info: EngineInfo) -> list[str]:
    """Say who reads beside the model, or that who was to could not be loaded."""
    if info.reader_fault:
        return [texts.say(ReaderSentence.STATUS_NO_READER)]
    if info.reader is None:
        return []
    more = Transcription.FORMULA in info.reader.writes
    said = ReaderSentence.STATUS_READER_OF_MORE if more else ReaderSentence.STATUS_READER
    return [texts.say(said, reader=info.reader.name)]


def server_lines(texts: Texts, server: ServerState | None) -> list[str]:
    """Say what is to be known of the server that the model runs on, if it does and there is anything."""
    if server is None:
        return []
    said = [] if server.trouble is None else [texts.say(TROUBLES[server.trouble])]
    return [*said, texts.say(ServerSentence.STATUS_RESIZES)] if server.resizes else said


def with_limits(texts: Texts, text: str, info: EngineInfo | None) -> str:
    """Return a text with what a small model can and cannot do under it, if such a one is loaded."""
    if info is None or not is_small(info):
        return text
    return f"{text}\n\n{texts.say(Sentence.WELCOME_SMALL, languages=own_names(info.languages))}"


def useful_tokens(detail: Detail, info: EngineInfo | None) -> int:
    """Return how many visual tokens of a level the loaded model can use; memory may allow fewer."""
    return detail.tokens if info is None else min(detail.tokens, info.dial.max_tokens)
