"""What llama.cpp's benches say is read or refused; its file has GLM-4-9B's shapes; no source, no figures."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.gpu import run_part
from bench.llama import ROUNDS, TINY, read_alone, read_batched, version
from bench.llama_build import cublas_options, tree
from bench.llama_file import BLOCKS, draw, shapes, tensors

SAMPLES = Path(__file__).parent / "llama"
BATCHED = (SAMPLES / "batched-bench.jsonl").read_text(encoding="utf-8").strip()
ALONE = (SAMPLES / "bench.json").read_text(encoding="utf-8")
"""What both said about the tiny model on a CPU; of llama-bench's fields those that are read."""


def test_what_the_benches_say_is_read() -> None:
    """The median of three rounds by the number of sequences; the first prefill's time; decoding at both depths."""
    found = read_batched(BATCHED, TINY)
    lines = [json.loads(line) for line in BATCHED.splitlines() if line.startswith("{")]
    twos = sorted(line["speed_tg"] for line in lines if line["pl"] == 2)
    assert len(twos) == ROUNDS
    assert found["tokens_per_second"] == {1: pytest.approx(sorted(found["rounds"][1])[1]), 2: twos[1]}  # type: ignore[index]
    alone = read_alone(ALONE, TINY)
    tests = {(test["n_prompt"], test["n_gen"], test["n_depth"]): test for test in json.loads(ALONE)}
    assert alone["prefill_ms"] == tests[32, 0, 0]["avg_ns"] / 1e6
    assert alone["decode_alone_tokens_per_second"] == {
        "behind 0": tests[0, 8, 0]["avg_ts"],
        "behind 40": tests[0, 8, 40]["avg_ts"],
    }
    assert alone["backends"] == "CPU"


@pytest.mark.parametrize(
    ("cut", "instead", "told"),
    [
        (BATCHED.splitlines()[-1], "", "3 rounds"),
        ('"speed_tg":', '"speed":', "speed_tg is None"),
        ('"pl": 2', '"pl": 4', "other sequences"),
        ('"pp": 40', '"pp": 41', "other sequences"),
        ('"tg": 8, "pl": 1', '"tg": "8", "pl": 1', "tg is '8'"),
        ('"speed_tg": ', '"speed_tg": -', "speed_tg is -"),
        ('"speed_tg": ', '"speed_tg": nan, "was": ', "no JSON"),
        ("}\n", "\n", "no JSON"),
        (BATCHED, "", "3 rounds"),
    ],
)
def test_other_lines_of_batched_bench_are_refused(cut: str, instead: str, told: str) -> None:
    """Too few rounds, other sequences than asked for, a figure that is missing or none, a line cut short."""
    assert cut in BATCHED
    with pytest.raises(ValueError, match=told):
        read_batched(BATCHED.replace(cut, instead), TINY)


@pytest.mark.parametrize(
    ("cut", "instead", "told"),
    [
        ('"n_depth": 40', '"n_depth": 41', "other tests"),
        ('"n_gen": 8', '"n_gen": true', "n_gen is True"),
        ('"avg_ts":', '"average":', "avg_ts is None"),
        ('"avg_ns": ', '"avg_ns": 0, "was": ', "avg_ns is 0"),
        ("]", "", "no JSON"),
        (ALONE, "[]", "no tests"),
        (ALONE, '{"error": "no model"}', "no tests"),
        (ALONE, '["no model"]', "n_prompt is None"),
    ],
)
def test_another_answer_of_llama_bench_is_refused(cut: str, instead: str, told: str) -> None:
    """Other tests than asked for, a figure that is missing or none, an answer cut short."""
    assert cut in ALONE
    with pytest.raises(ValueError, match=told):
        read_alone(ALONE.replace(cut, instead), TINY)


def test_the_file_has_the_shapes_of_glm_4_9b() -> None:
    """5.07 GiB of which the head, in six bits, is 0.47: what llama.cpp's quantizer makes of it in Q4_0."""
    sizes = {
        name: math.prod(shape) // BLOCKS[kind][0] * BLOCKS[kind][1] for name, kind, shape in tensors(shapes(tiny=False))
    }
    assert len(sizes) == 40 * 7 + 3
    assert sizes["blk.39.ffn_up.weight"] == 2 * 13696 * 4096 // 32 * 18
    assert sizes["blk.0.attn_qkv.weight"] == 4608 * 4096 // 32 * 18
    assert sizes["output.weight"] / 2**30 == pytest.approx(0.474, abs=0.001)
    assert sum(sizes.values()) / 2**30 == pytest.approx(5.075, abs=0.001)


def test_random_blocks_are_weights_of_the_right_scale() -> None:
    """Unpacked as ggml does, they deviate by the root of their inputs; every scale is a finite number above zero."""
    generator = np.random.default_rng(0)
    fours = draw("x.weight", "Q4_0", (64, 1024), generator).reshape(-1, 18)
    scale = fours[:, :2].copy().view(np.float16).astype(np.float32)
    assert np.isfinite(scale).all() and (scale > 0).all()
    weights = scale * (np.concatenate([fours[:, 2:] & 15, fours[:, 2:] >> 4], axis=1).astype(np.float32) - 8)
    assert float(weights.std()) == pytest.approx(1024**-0.5, rel=0.1)
    sixes = draw("output.weight", "Q6_K", (64, 1024), generator).reshape(-1, 210)
    scale = sixes[:, 208:].copy().view(np.float16).astype(np.float32)
    assert np.isfinite(scale).all() and (scale > 0).all()
    assert set(sixes[:, 192:208].view(np.int8).ravel()) <= {*range(1, 17)}


def test_cublas_is_found_beside_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of the right CUDA, and its headers alone in a folder; nothing where torch came without it."""
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    for name in ("include/cublas_v2.h", "include/cuda_runtime.h", "lib/libcublas.so.99", "lib/libcublasLt.so.99"):
        file = tmp_path / "site" / "nvidia" / "cu99" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for _ in range(2):
        found = cublas_options(tmp_path, "99")
        assert found["CUDA_cublasLt_LIBRARY"].endswith("cu99/lib/libcublasLt.so.99")
        assert [header.name for header in (tmp_path / "cublas").iterdir()] == ["cublas_v2.h"]
    assert cublas_options(tmp_path, "98") == {}


def test_the_source_is_llama_cpp_or_holds_it(tmp_path: Path) -> None:
    """The tree itself, or that of llama-cpp-python; the version is told by CMake's files."""
    inner = tmp_path / "vendor" / "llama.cpp"
    (inner / "ggml").mkdir(parents=True)
    for name, file in (("LLAMA", inner / "CMakeLists.txt"), ("GGML", inner / "ggml" / "CMakeLists.txt")):
        parts = zip(("MAJOR", "MINOR", "PATCH"), (0, 5, 1), strict=True)
        file.write_text("".join(f"set({name}_VERSION_{part} {number})\n" for part, number in parts))
    assert tree(tmp_path) == tree(inner) == inner
    assert version(inner) == "llama 0.5.1, ggml 0.5.1 (llama.cpp)"


def test_without_a_source_nothing_is_measured(tmp_path: Path) -> None:
    """The part of `bench.gpu` keeps the reason."""
    run_part("llama", tmp_path, tmp_path / "work", tiny=True, llama=tmp_path)
    found = json.loads((tmp_path / "part-llama.json").read_text())
    assert [*found] == ["build"]
    assert "no source of llama.cpp" in found["build"]["error"]
