"""A follow-up that begins with what was kept computes what the original code computed for the whole conversation."""

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from model_service import Message, ModelConfig
from model_service.engines.glm4v.image import to_pixels
from model_service.engines.glm4v.prompt import build_prompt
from model_service.engines.runtime.runner import ModelRunner, View
from model_service.engines.weights.checkpoint import load_tokenizer
from model_service.engines.weights.loading import load_checkpoint
from tests.model_service.engines.reading import CPU, prefill, put
from tests.parity import TOLERANCE


@pytest.mark.usefixtures("inference")
def test_a_follow_up_agrees_with_the_original(reference: Path) -> None:
    """After the first question and its answer, the second one's logits and greedy ids are the reference's."""
    config = ModelConfig(quantize="none")
    model, _ = load_checkpoint(reference, config, CPU)
    tokenizer = load_tokenizer(reference, model.config)
    data = json.loads((reference / "reference.json").read_text())["cases"]["multi"]["messages"]
    messages = [Message(message["role"], message["content"]) for message in data]
    assert [message.role for message in messages[:3]] == ["user", "assistant", "user"]
    wanted = load_file(reference / "reference_fp32.safetensors")
    side = model.config.vision.image_size
    tokens = side // model.config.vision.patch_size // 2
    view = View((b"image", tokens, tokens), lambda: to_pixels(Image.open(reference / "image.png"), side, side))

    runner = ModelRunner(model, CPU, config)
    answer = tokenizer.encode("\n" + messages[1].text)
    sequence, _ = prefill(runner, "chat", build_prompt(tokenizer, messages[:1], with_picture=True), view, len(answer))
    for token in answer:
        put(runner, sequence, token)
    runner.keep(sequence)

    ids = wanted["multi.greedy_ids"].tolist()
    sequence, logits = prefill(runner, "chat", build_prompt(tokenizer, messages, with_picture=True), view, len(ids))
    assert torch.allclose(logits, wanted["multi.logits"][0, -1], atol=TOLERANCE)
    found = []
    for _ in ids:
        found.append(int(logits.argmax()))
        logits = put(runner, sequence, found[-1])
    assert found == ids
