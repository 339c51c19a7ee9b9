"""What the runner reads by captured steps: short texts, and nothing else; what it computes is the same."""

import pytest
import torch
from torch import Tensor

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.model import Prompt
from model_service.engines.runtime.cuda_graph import MOST_STEPS, DecodeStep
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.runner import ModelRunner
from tests.model_service.engines.reading import CPU, cold, prompt, read, view

pytestmark = pytest.mark.usefixtures("inference")


class ModelStep(DecodeStep):
    """A step that the model itself computes; writes down how many ids each took."""

    def __init__(self, model: GLM4VForConditionalGeneration, rows: int, taken: list[int]) -> None:
        self._model, self._rows, self._taken = model, rows, taken

    def __call__(self, ids: Tensor, position: int, cache: KVCache) -> Tensor:
        """As a captured one, it leaves the cache's length alone."""
        self._taken.append(len(ids))
        held = cache.length
        positions = torch.arange(position, position + len(ids))[None]
        logits: Tensor = self._model(self._model.embed(ids[None]), positions, cache, last=True)
        cache.length = held
        return logits[0, -1]


@pytest.mark.parametrize(
    ("asked", "picture", "taken"),
    [
        pytest.param(prompt(1, 2, 3), 1, [1], id="the same question: one id, by the step for answers"),
        pytest.param(prompt(1, 2, 3, 50, 51, 4, 5), 1, [2], id="a further turn"),
        pytest.param(prompt(1, 2, 3, 50, *range(60, 65)), 1, [4, 1], id="more ids than rows"),
        pytest.param(prompt(1, 2, 3, 50, *range(60, 60 + 4 * MOST_STEPS)), 1, [4] * MOST_STEPS, id="as many as pays"),
        pytest.param(prompt(1, 2, 3, 50, *range(60, 61 + 4 * MOST_STEPS)), 1, [], id="more than that"),
        pytest.param(prompt(1, 2, 3, 50, 51, 4), 2, [], id="another picture"),
        pytest.param(prompt(1, 2, 3, seen=False), None, [4, 1], id="no picture"),
    ],
)
def test_a_short_text_is_read_by_steps(
    model: GLM4VForConditionalGeneration, asked: Prompt, picture: int | None, taken: list[int]
) -> None:
    """As many ids at a time as there are rows; the logits are those of one pass over everything."""
    runner = ModelRunner(model, CPU, ModelConfig())
    read(runner, prompt(1, 2, 3), view(1), 50, 51)
    steps: list[int] = []
    runner._step, runner._reader = ModelStep(model, 1, steps), ModelStep(model, 4, steps)
    look = None if picture is None else view(picture)
    found = read(runner, asked, look)
    assert steps == taken
    assert torch.allclose(found, cold(model, asked, look), atol=1e-4)
