"""The bench of one GPU, on a tiny checkpoint and without a GPU."""

import json
from pathlib import Path

import pytest
import torch

from bench.card import decode_floor, first_token_floor
from bench.family import Family, engine_of, shapes
from bench.family_naive import Naive
from bench.gpu import run_part
from bench.gpu_plots import plot
from bench.naive import naive_model, tokens_per_second
from bench.record import Record
from bench.weights import configuration, write_checkpoint
from model_service.config import ModelConfig
from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.hardware import Hardware
from model_service.engines.weights.layout import Layout, Plan, empty_model
from model_service.engines.weights.loading import FROM_CACHE, FROM_SHARDS, load_checkpoint
from model_service.engines.weights.packed_cache_writer import KEEPING

CPU = Hardware(torch.device("cpu"), torch.float32)


def test_a_part_measures_and_keeps_what_it_found(tmp_path: Path) -> None:
    """The checkpoint is written, loaded, asked, decoded and run by transformers, and loaded again from kept weights;
    the figures can be drawn.
    """
    parts = ("floors", "full", "full-again")
    for part in parts:
        run_part(part, tmp_path, tmp_path / "work", tiny=True)
    found = {part: json.loads((tmp_path / f"part-{part}.json").read_text()) for part in parts}
    sections = [(name, section) for part in found.values() for name, section in part.items()]
    assert {name: section["error"] for name, section in sections if "error" in section} == {}
    assert found["full"]["load"]["warnings"] == []
    first, again = found["full"]["load"], found["full-again"]["load"]
    assert [*first["stages"]] == [FROM_SHARDS, "preparing the steps", KEEPING]
    assert first["keeping_seconds"] == first["stages"][KEEPING] > 0
    assert first["answers after keeping"]["count"] == 5
    assert [*again["stages"]] == [FROM_CACHE, "preparing the steps"]
    assert again["keeping_seconds"] == 0
    assert [*found["full"]["level 64"]["stages"]] == ["prompt", "opening", "pixels", "vision", "prefill", "choice"]
    assert found["full"]["level 64"]["tokens"] == 63
    assert found["full"]["level 64"]["first of a length"] > 0
    assert found["full"]["long conversation"]["tokens"] == 24
    assert found["full"]["decoding behind 64"]["model_tokens_per_second"] > 0
    assert found["full"]["naive"]["behind 64"] > 0
    plot(found, tmp_path / "pictures")
    assert len(list((tmp_path / "pictures").glob("gpu-*.png"))) == 3


def test_the_naive_loop_runs_the_same_model(tmp_path: Path) -> None:
    """The blocks of transformers with our weights packed again: the same logits, but for packing them twice."""
    write_checkpoint(tmp_path, True, CPU.device)
    model, _ = load_checkpoint(tmp_path, ModelConfig(quantize="nf4"), CPU)
    naive = naive_model(model, CPU.device, CPU.dtype)
    ids = torch.arange(9)[None]
    with torch.inference_mode():
        found, wanted = naive(ids).logits, model(model.embed(ids), ids)
    assert float((found - wanted).norm() / wanted.norm()) < 0.05
    assert tokens_per_second(naive, 8, 48) > 0


def test_an_error_in_one_section_spares_the_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error is kept with the figures."""
    record = Record(tmp_path / "part.json")
    with record.section("one"):
        raise ValueError("no such card")
    with record.section("two") as found:
        found["figure"] = 2
    kept = json.loads((tmp_path / "part.json").read_text())
    assert "no such card" in kept["one"]["error"]
    assert kept["two"]["figure"] == 2
    assert "two" in capsys.readouterr().out


def test_the_floors_are_those_that_were_worked_out_by_hand() -> None:
    """Of GLM-4V-9B in 4 bits: 5.5 GB a step behind nothing, 40,960 bytes a position; 0.1 s of vision at 1600 tokens."""
    with torch.device("meta"):
        model = empty_model(GLM4VConfig(**configuration(tiny=False)), Layout(Plan.FULL, True, torch.bfloat16))
    one, other = (decode_floor(model, length, 3e12)["bytes"] for length in (0, 1000))
    assert one == pytest.approx(4.21e9 + 1.24e9, rel=0.01)
    assert other - one == 1000 * 40_960
    both = first_token_floor(NINE_BILLION, 1600, 64, 700e12)
    prefill = 2 * 1666 * 8.16e9 / 700e12
    assert both - prefill == pytest.approx(73e12 / 700e12, rel=0.1)


@torch.inference_mode()
@pytest.mark.parametrize("name", ["Flash", "OCR"])
def test_the_newer_models_are_measured_beside_transformers(tmp_path: Path, name: str) -> None:
    """With random weights, which no checkpoint holds: times, ids of a prompt and tokens, and `generate` beside them."""
    config = shapes(tiny=True)[name]
    part = Family(Record(tmp_path / "part.json"), CPU.device, True)
    engine = engine_of(config, Plan.FULL, CPU.device)
    found = part._first_once(engine, (3, 5))
    assert found["tokens"] == 15 and found["prompt ids"] > len("What does it say")
    assert all(each > 0 for each in found.values())
    assert part._memory(config, Plan.LEAN)["calculated loaded"] < part._memory(config, Plan.FULL)["calculated loaded"]  # type: ignore[operator]
    assert Naive(config, CPU.device, torch.float32).measured((2, 3), 2)["tokens_per_second"] != 0
