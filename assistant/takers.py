"""Who takes a question, the model or the reader beside it, and what is known of whoever wrote an answer."""

from dataclasses import replace

from assistant.question import Question
from assistant.texts import Sentence
from assistant.wording.question import Task
from assistant.wording.transcription import transcription_of
from model_service import EngineInfo, GenerationOutput, Transcription


def written_down(question: Question, info: EngineInfo | None) -> Transcription | None:
    """Return what a question asks to be written down, where the reader does that, or a model that only reads.

    Of a part of the picture that words name a model is asked that knows these words.
    """
    if info is None:
        return None
    what = transcription_of(question.parsed)
    if info.reader is None:
        return what if what in info.fixed_prompts else None
    by_words = question.parsed.part is not None and question.region is None
    return what if what in info.reader.writes and not by_words else None


def taker(question: Question, info: EngineInfo) -> EngineInfo:
    """Return what is known of the one that takes a question, as far as a reader tells."""
    if info.reader is None or info.reader.engine is None or written_down(question, info) is None:
        return info
    return info.reader.engine


def writer(output: GenerationOutput | None, info: EngineInfo | None) -> EngineInfo | None:
    """Return what is known of the one that wrote an output, as far as a reader tells."""
    if output is None or not output.reader or info is None or info.reader is None:
        return info
    return info.reader.engine or info


def as_task(question: Question, info: EngineInfo) -> Question:
    """Return a question for all that is printed as the command for that, where whoever takes it only reads."""
    if question.parsed.task is not None or written_down(question, info) is not Transcription.TEXT:
        return question
    prompt = question.texts.say(Sentence.PROMPT_TEXT)
    return replace(question, parsed=replace(question.parsed, text=prompt, task=Task.TEXT))
