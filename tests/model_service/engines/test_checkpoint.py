"""Loading a checkpoint, and saying clearly what is wrong with one that cannot be loaded."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from model_service.config import ModelConfig
from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.load import load_engine
from model_service.engines.weights.checkpoint import POCKET, find_checkpoint, load_tokenizer
from model_service.engines.weights.loading import load_checkpoint
from model_service.errors import CheckpointError
from model_service.gauges import Gauges

CPU = Hardware(torch.device("cpu"), torch.float32)
SECOND = "model-00002-of-00002.safetensors"
INDEX = "model.safetensors.index.json"


def load(folder: Path, quantize: str = "none") -> GLM4VForConditionalGeneration:
    """Find and load."""
    config = ModelConfig(name=str(folder), quantize="nf4" if quantize == "nf4" else "none")
    model: GLM4VForConditionalGeneration = load_checkpoint(find_checkpoint(str(folder), CPU), config, CPU)[0]
    return model


def change(file: Path, **values: object) -> None:
    """Overwrite keys of a JSON file."""
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


def test_original_shards_load_without_conversion(checkpoint: Path, model: GLM4VForConditionalGeneration) -> None:
    """Every tensor arrives by its original name, to the bit; the one that old checkpoints carry besides is ignored."""
    loaded = load(checkpoint).state_dict()
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded[name], tensor), name


def test_everything_has_one_dtype(checkpoint: Path) -> None:
    """The checkpoint's own dtype does not matter: the hardware's is taken for every tensor."""
    wanted = Hardware(torch.device("cpu"), torch.bfloat16)
    loaded, _ = load_checkpoint(checkpoint, ModelConfig(quantize="none"), wanted)
    assert {tensor.dtype for tensor in loaded.state_dict().values()} == {torch.bfloat16}


def test_loading_is_silent(checkpoint: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No progress bar and no report on the terminal."""
    load(checkpoint)
    assert capfd.readouterr() == ("", "")


def test_four_bits_come_close(checkpoint: Path, model: GLM4VForConditionalGeneration) -> None:
    """In NF4 all linear layers but the head are packed, and what the model sees stays close to the original."""
    packed = load(checkpoint, "nf4")
    kinds = {type(module).__name__ for module in packed.modules()}
    assert "NF4Linear" in kinds
    assert type(packed.transformer.output_layer) is torch.nn.Linear
    assert packed.transformer.vision.conv.weight.dtype == torch.float32
    pixels = torch.randn(1, 3, 112, 140, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        seen, wanted = packed.transformer.vision(pixels), model.transformer.vision(pixels)
    # What each 4-bit layer rounds away (9 % of a weight) adds up over the layers; garbage would be above 1.
    assert float((seen - wanted).norm() / wanted.norm()) < 0.6


@pytest.mark.parametrize("name", ["config.json", "tokenizer.model", SECOND])
def test_a_missing_file_is_named(checkpoint: Path, name: str) -> None:
    """The folder and the file that was looked for."""
    (checkpoint / name).unlink()
    with pytest.raises(CheckpointError, match="is missing") as refused:
        load(checkpoint)
    assert str(checkpoint) in str(refused.value)
    assert name in str(refused.value)


def test_an_empty_folder_says_what_belongs_there(tmp_path: Path) -> None:
    """All that is wanted, in one sentence."""
    with pytest.raises(CheckpointError, match=r"config\.json, tokenizer\.model, model\.safetensors"):
        find_checkpoint(str(tmp_path), CPU)


def test_a_torn_shard_is_refused(checkpoint: Path) -> None:
    """Half a file, as an interrupted copy leaves it."""
    shard = checkpoint / SECOND
    shard.write_bytes(shard.read_bytes()[: shard.stat().st_size // 2])
    with pytest.raises(CheckpointError, match="cannot be loaded") as refused:
        load(checkpoint)
    assert str(shard) in str(refused.value)


@pytest.mark.parametrize("name", ["config.json", INDEX])
def test_broken_json_is_refused(checkpoint: Path, name: str) -> None:
    """A JSON file that ends early."""
    (checkpoint / name).write_text('{"model_type": "chat')
    with pytest.raises(CheckpointError, match="JSON"):
        load(checkpoint)


def test_another_model_is_refused(checkpoint: Path) -> None:
    """The sentence says which one it is."""
    change(checkpoint / "config.json", model_type="llama")
    with pytest.raises(CheckpointError, match="'llama'"):
        load(checkpoint)


def test_a_model_that_sees_nothing_is_refused(checkpoint: Path) -> None:
    """GLM-4-9B has the same model_type, but no vision tower."""
    config = json.loads((checkpoint / "config.json").read_text())
    del config["vision_config"]
    (checkpoint / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="vision_config lacks"):
        load(checkpoint)


def test_missing_tensors_are_named(checkpoint: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A model with random numbers in the gaps would answer nonsense."""
    caplog.set_level(logging.CRITICAL)
    lost = "transformer.vision.boi"
    index = json.loads((checkpoint / INDEX).read_text())
    shard = checkpoint / index["weight_map"].pop(lost)
    save_file({name: tensor for name, tensor in load_file(shard).items() if name != lost}, shard, {"format": "pt"})
    (checkpoint / INDEX).write_text(json.dumps(index))
    with pytest.raises(CheckpointError, match=f"1 tensors are missing, among them {lost}"):
        load(checkpoint)


def test_tensors_of_another_shape_are_refused(checkpoint: Path) -> None:
    """Weights and config.json of two different models."""
    change(checkpoint / "config.json", ffn_hidden_size=192)
    with pytest.raises(CheckpointError, match=r"dense_h_to_4h\.weight, \[256, 64\], does not fit"):
        load(checkpoint)


def test_a_tensor_too_many_is_refused(checkpoint: Path) -> None:
    """Weights of a larger model than config.json describes; the sentence names the tensor."""
    change(checkpoint / "config.json", num_layers=1)
    with pytest.raises(CheckpointError, match=r"tensor transformer\.encoder\.layers\.1\.\S+, .* does not fit"):
        load(checkpoint)


def test_a_damaged_header_is_refused(checkpoint: Path) -> None:
    """The file is named, and what to do about it."""
    shard = checkpoint / SECOND
    shard.write_bytes(b"\xff" * 64 + shard.read_bytes()[64:])
    with pytest.raises(CheckpointError, match="cannot be loaded, fetch this file again") as refused:
        load(checkpoint)
    assert str(shard) in str(refused.value)


def test_nonsense_in_the_configuration_is_refused(checkpoint: Path) -> None:
    """Numbers of which no model can be made."""
    change(checkpoint / "config.json", hidden_size=-64)
    with pytest.raises(CheckpointError, match=r"config\.json describes no model"):
        load(checkpoint)


def test_a_foreign_tokenizer_is_refused(checkpoint: Path) -> None:
    """Its special ids are not those of config.json."""
    change(checkpoint / "config.json", boi_token_id=5)
    with pytest.raises(CheckpointError, match="boi_token_id"):
        load_tokenizer(checkpoint, GLM4VConfig.from_pretrained(checkpoint))


@pytest.mark.parametrize("name", ["/nowhere/at/all", "./nowhere", "~/nowhere-at-all", "glm", "a/b/c"])
def test_an_unknown_name_is_explained(name: str) -> None:
    """Neither pocket, nor a folder, nor a hub id; nothing is asked of the network."""
    with pytest.raises(CheckpointError, match="neither `pocket`, nor a folder, nor a hub id") as refused:
        find_checkpoint(name, CPU)
    assert name in str(refused.value)


def test_a_hub_that_cannot_be_reached_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub id that is not in the cache, without a network: the id, and that both places were tried."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(CheckpointError, match="'nobody/nothing' is no folder here and could not be downloaded"):
        find_checkpoint("nobody/nothing", CPU)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_download_moves_the_gauge(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], terminal: bool
) -> None:
    """By bytes of those that are still to be fetched, also where there is no terminal to show a bar on."""
    gauges, seen = Gauges(), []

    def download(name: str, **options: Any) -> Any:
        if options.get("dry_run"):
            return [SimpleNamespace(file_size=size, will_download=size != 999) for size in (300, 100, 999)]
        bars = options["tqdm_class"]
        files = bars(total=3, disable=not terminal)
        fetched = bars(total=0, unit="B", unit_scale=True, disable=not terminal)
        for size in (300, 100):
            fetched.update(size)
            files.update()
            seen.append(gauges.loaded)
        files.close()
        fetched.close()
        return str(checkpoint)

    monkeypatch.setattr("model_service.engines.weights.checkpoint.snapshot_download", download)
    find_checkpoint("owner/name", CPU, gauges)
    assert seen == pytest.approx([0.6, 0.8])
    load_checkpoint(checkpoint, ModelConfig(), CPU, gauges=gauges)
    assert gauges.loaded == pytest.approx(1.0, abs=0.01)
    assert ("400B" in capfd.readouterr().err) is terminal


def test_auto_without_a_gpu_is_the_pocket_model() -> None:
    """So is `pocket`, everywhere."""
    assert find_checkpoint("auto", CPU) == find_checkpoint("pocket", CPU) == POCKET


def test_the_engine_says_what_it_loaded(checkpoint: Path) -> None:
    """Name, device, dtype and the most visual tokens."""
    engine = load_engine(ModelConfig(name=str(checkpoint), device="cpu"))
    info = engine.info
    assert (info.model, info.device, info.dtype, info.max_visual_tokens) == ("checkpoint", "cpu", "float32", 1600)
    engine.close()


def test_a_device_that_fills_up_meanwhile_is_one_sentence(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else took the memory that was free when the plan was chosen."""

    def full(*args: object) -> None:
        raise torch.OutOfMemoryError("no memory")

    monkeypatch.setattr("model_service.engines.weights.loading._put", full)
    with pytest.raises(CheckpointError, match=r"cpu ran out of memory .* plan full \(model\.memory\)"):
        load(checkpoint)
