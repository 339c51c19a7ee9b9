"""The tiny model that servers play with is one that our own engine reads, too, by the same tokenizer and template."""

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from bench.family_tokens import BYTES, special_ids
from bench.tiny_glm import write
from model_service import Detail, GenerationRequest, Message, ModelConfig, PictureRef, SamplingParams
from model_service.engines.load import load_engine
from tests.bot.samples import picture


def test_what_it_writes_can_be_loaded_and_asked(tmp_path: Path) -> None:
    """About a picture; transformers' tokenizer writes the same prompt."""
    assert write(tmp_path) > 0
    engine = load_engine(ModelConfig(name=str(tmp_path), quantize="none", device="cpu"))
    messages = (Message("user", "What is it?", (PictureRef(picture(), Detail(16)),)),)
    asked = GenerationRequest("r", "c", messages, SamplingParams(max_tokens=3))
    steps = [step for step in engine.generate(asked) if not step.pause]
    ids = list(engine._fitting_prompt(asked).ids)
    engine.close()
    assert steps
    assert ids.count(special_ids(BYTES)["<|image|>"]) == 1
    said: dict[str, Any] = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    told = tokenizer.apply_chat_template([said], add_generation_prompt=True, enable_thinking=False, return_dict=False)
    assert told == ids
