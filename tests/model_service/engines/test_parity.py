"""This code computes what the original code computed."""

import shutil
import subprocess
import sys
from pathlib import Path

from safetensors.torch import load_file, save_file

from tests.model_service.engines.tiny import ROOT
from tests.parity import TOLERANCE, compare

CASES = {"single", "multi", "system_first", "text"}


def test_every_tensor_agrees(reference: Path) -> None:
    """In all four conversations each tensor is within 1e-4 in fp32; pixels and greedy ids are equal."""
    differences = compare(reference)
    assert {name.split(".")[0] for name in differences} == CASES
    assert max(differences.values()) <= TOLERANCE, differences
    exact = [name for name in differences if name.endswith((".images", ".greedy_ids", ".input_ids"))]
    assert len(exact) >= 2 * len(CASES)
    assert all(differences[name] == 0 for name in exact)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """`python -m tests.parity FOLDER`."""
    command = [sys.executable, "-m", "tests.parity", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)  # noqa: S603


def test_a_changed_weight_is_found(reference: Path, tmp_path: Path) -> None:
    """With a hundredth added to one tensor the command names what differs and exits non-zero."""
    folder = tmp_path / "changed"
    folder.mkdir()
    for file in reference.iterdir():
        shutil.copyfile(file, folder / file.name)
    name = "transformer.vision.linear_proj.norm1.bias"
    shard = next(file for file in folder.glob("model-*.safetensors") if name in load_file(file))
    tensors = load_file(shard)
    tensors[name] = tensors[name] + 0.01
    save_file(tensors, shard, {"format": "pt"})
    done = run(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    wrong = {line.split()[0] for line in done.stdout.splitlines() if "over the tolerance" in line}
    assert "single.vision_adapter" in wrong
    assert "single.vision_conv" not in wrong
    assert not any(line.startswith("text.") for line in wrong)


def test_a_folder_without_a_reference_is_misuse(tmp_path: Path) -> None:
    """It says how the command is used."""
    done = run(tmp_path)
    assert done.returncode == 2
    assert "usage" in done.stdout
