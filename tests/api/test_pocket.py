"""The pocket model, asked by the official client: it reads a real picture, at the level that the request names."""

from importlib import resources
from typing import Any

from model_service import ModelConfig, open_service
from tests.api.conftest import Api, look

RECEIPT = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()


async def test_it_reads_a_receipt(api: Api) -> None:
    """The total, then the date in a further turn; what was read is counted to the token."""
    model = open_service(ModelConfig(name="pocket", device="cpu", cache=None))
    await api.open(model)
    info = await model.ready()
    client = await api.client()

    async def ask(detail: str, *later: str) -> Any:
        turns = [look("What is the total?", RECEIPT, detail=detail)]
        turns += [{"role": ("assistant", "user")[number % 2], "content": text} for number, text in enumerate(later)]
        return await client.chat.completions.create(model=info.model, messages=turns)

    closer, coarser = await ask("high"), await ask("low")
    assert "12.15" in closer.choices[0].message.content
    frame = len(["[gMASK]", "<sop>", "<|user|>"]) + len("\nWhat is the total?") + len(["<|assistant|>"])
    for answer in (closer, coarser):
        seen = answer.usage.prompt_tokens_details.model_dump()["image_tokens"]
        assert answer.usage.prompt_tokens == frame + seen + len(["<|begin_of_image|>", "<|end_of_image|>"])
        assert answer.usage.completion_tokens >= len(answer.choices[0].message.content)
    assert coarser.usage.prompt_tokens < 128 + frame + 3
    assert closer.usage.prompt_tokens > 384 + frame + 2
    further = await ask("high", closer.choices[0].message.content, "What is the date?")
    assert "14/03/2025" in further.choices[0].message.content
    assert (await client.models.retrieve(info.model)).model_dump()["max_model_len"] == 2048
