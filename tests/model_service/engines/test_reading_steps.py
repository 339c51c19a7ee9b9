"""What the runner reads by captured steps: short texts, and nothing else; what it computes is the same."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.model import Prompt
from model_service.engines.runtime.cuda_graph import MOST_STEPS, CapturedSteps, Place
from model_service.engines.runtime.runner import ModelRunner
from tests.model_service.engines.reading import CPU, cold, prompt, read, view

pytestmark = pytest.mark.usefixtures("inference")


class ModelSteps(CapturedSteps):
    """Steps that the model itself computes; writes down how many ids each took."""

    def __init__(self, model: GLM4VForConditionalGeneration, rows: int, taken: list[int]) -> None:
        self._model, self.sizes, self._taken = model, (rows,), taken

    def __call__(self, places: Sequence[Place], ids: Tensor | Sequence[Tensor]) -> Tensor:
        """As captured ones, they leave the cache's length alone."""
        assert isinstance(ids, Tensor)
        cache, held = places[0].cache, places[0].cache.length
        self._taken.append(len(places))
        assert [place.length for place in places] == list(range(held, held + len(ids)))
        positions = torch.tensor([[place.position for place in places]])
        logits: Tensor = self._model(self._model.embed(ids[None]), positions, cache, last=True)
        cache.length = held
        return logits[0]


@pytest.mark.parametrize(
    ("asked", "picture", "taken"),
    [
        pytest.param(prompt(1, 2, 3), 1, [1], id="the same question: one id"),
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
    runner._reader = ModelSteps(model, 4, steps)
    look = None if picture is None else view(picture)
    found = read(runner, asked, look)
    assert steps == taken
    assert torch.allclose(found, cold(model, asked, look), atol=1e-4)
