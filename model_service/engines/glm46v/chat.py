"""A conversation as the ids that the checkpoint's own chat template makes of it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transformers.utils.chat_template_utils import render_jinja_template

from model_service.engines.glm46v.config import OCR, GLM46VConfig
from model_service.engines.glm46v.tokenizer import Tokenizer
from model_service.engines.model import Prompt
from model_service.errors import CheckpointError, GenerationFailed
from model_service.types import Message, PictureRef
from model_service.visible import THOUGHT

NO_THOUGHT = "<think></think><answer>"
"""Written for a model that always thinks, where its answer begins: as if it had thought already."""

THINKING = {"enable_thinking": True}
"""What a template is told where the model is to think."""

TRIED = (
    Message("user", "?", (PictureRef(b""), PictureRef(b""))),
    Message("assistant", "!"),
    Message("user", "<|user|>"),
)
"""A conversation that is written when a checkpoint is loaded, to see that its template can."""


class Chat:
    """Writes prompts by a checkpoint's template and tokenizer."""

    def __init__(self, tokenizer: Tokenizer, template: str, config: GLM46VConfig) -> None:
        """Try the template.

        Raises:
            CheckpointError: it fails, or does not write what belongs into a prompt.
        """
        self.tokenizer = tokenizer
        self.encode, self.decode_bytes, self.forget = tokenizer.encode, tokenizer.decode_bytes, tokenizer.forget
        self.ordinary_ids: Sequence[int] = tokenizer.ordinary_ids
        self._template, self._image = template, config.image_token_id
        self._said: dict[str, Any] = {} if config.model_type == OCR else {"enable_thinking": False}
        self._behind = ""
        self.end_of_thought: tuple[int, ...] = ()
        """Ids that end a thought; none: it cannot think."""
        if tokenizer.special("<|image|>") != config.image_token_id:
            raise CheckpointError(
                f"tokenizer.json does not fit config.json: <|image|> is {tokenizer.special('<|image|>')},"
                f" image_token_id {config.image_token_id}"
            )
        most = max(*tokenizer.ordinary_ids, *tokenizer.special_ids.values(), *config.eos_token_id)
        if most >= config.padded_vocab_size:
            told = f"has ids up to {most}, config.json a vocabulary of {config.padded_vocab_size}"
            raise CheckpointError(f"tokenizer.json does not fit config.json: it {told}")
        try:
            self.prompt(TRIED)
            if self._said:
                switched = self._written(TRIED, THINKING) != self._written(TRIED, self._said)
                if not switched and ("<think>" in tokenizer.special_ids or "think" in template):
                    self._behind = NO_THOUGHT
                if switched or self._behind:
                    self.end_of_thought = tuple(tokenizer.encode_marked(THOUGHT))
        except GenerationFailed as error:
            raise CheckpointError(str(error)) from error

    @classmethod
    def load(cls, folder: Path, config: GLM46VConfig) -> "Chat":
        """Read a checkpoint's tokenizer and template.

        Raises:
            CheckpointError: one is missing, or the two do not belong to the configuration.
        """
        try:
            return cls(Tokenizer.load(folder / "tokenizer.json"), _template_in(folder), config)
        except (CheckpointError, OSError, ValueError) as error:
            raise CheckpointError(f"{folder}: {error}") from error

    @property
    def can_think(self) -> bool:
        """Whether it thinks where it is told to, or not told that it has thought already."""
        return bool(self.end_of_thought)

    def prompt(self, messages: Sequence[Message], *, thinking: bool = False) -> Prompt:
        """The ids, with one for each picture, where the template puts it; with `thinking`, for one that can.

        Raises:
            GenerationFailed: the template fails, or writes other pictures than there are.
        """
        thinking = thinking and self.can_think
        written = self._written(messages, THINKING) if thinking else self._written(messages, self._said) + self._behind
        ids = self.tokenizer.encode_marked(written)
        begins = tuple(index for index, token in enumerate(ids) if token == self._image)
        pictures = sum(len(message.pictures) for message in messages)
        if len(begins) != pictures:
            raise GenerationFailed(f"the chat template wrote {len(begins)} pictures of {pictures}")
        return Prompt(tuple(ids), begins[0] if begins else None, begins[1:], written.rstrip().endswith("<think>"))

    def _written(self, messages: Sequence[Message], said: dict[str, Any]) -> str:
        turns = [self._turn(message) for message in messages]
        try:
            texts: Any = render_jinja_template(
                [turns], chat_template=self._template, add_generation_prompt=True, **said
            )
        except Exception as error:  # Whatever a template does.
            raise GenerationFailed(f"the chat template fails ({type(error).__name__}: {error})") from error
        return str(texts[0][0])

    def _turn(self, message: Message) -> dict[str, Any]:
        text = self.tokenizer.guarded(message.text)
        if not message.pictures:
            return {"role": message.role, "content": text}
        parts: list[dict[str, str]] = [{"type": "image"} for _ in message.pictures]
        return {"role": message.role, "content": [*parts, {"type": "text", "text": text}]}


def _template_in(folder: Path) -> str:
    """The chat template, from whichever of three files has it."""
    alone = folder / "chat_template.jinja"
    if alone.is_file():
        return alone.read_text(encoding="utf-8")
    for name in ("chat_template.json", "tokenizer_config.json"):
        file = folder / name
        told = json.loads(file.read_text(encoding="utf-8")).get("chat_template") if file.is_file() else None
        if isinstance(told, list):  # Several by name.
            told = next((each["template"] for each in told if each.get("name") == "default"), None)
        if told:
            return str(told)
    raise CheckpointError("there is no chat template: neither chat_template.jinja, nor one in tokenizer_config.json")
