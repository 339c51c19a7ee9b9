"""The naive loop: transformers' own GLM blocks in four bits by bitsandbytes, a growing cache, `generate`."""

import time
from collections.abc import Iterator
from typing import Any

import torch
from bitsandbytes.nn.modules import Linear4bit, Params4bit
from torch import Tensor, nn
from transformers import GlmConfig, GlmForCausalLM

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.weights.nf4 import NF4Linear


def naive_model(model: GLM4VForConditionalGeneration, device: torch.device, dtype: torch.dtype) -> Any:
    """Build the language model of `model` as transformers runs it, with the same weights."""
    config = model.config
    with torch.device("meta"):
        naive: Any = GlmForCausalLM(
            GlmConfig(
                hidden_size=config.hidden_size,
                intermediate_size=config.ffn_hidden_size,
                num_hidden_layers=config.num_layers,
                num_attention_heads=config.num_attention_heads,
                num_key_value_heads=config.multi_query_group_num,
                head_dim=config.kv_channels,
                vocab_size=config.padded_vocab_size,
                max_position_embeddings=config.seq_length,
                rms_norm_eps=config.layernorm_epsilon,
                eos_token_id=None,
                pad_token_id=0,
            )
        )
    naive.to(dtype)
    decoder: Any = model.transformer.encoder
    with device:
        naive.model.rotary_emb = type(naive.model.rotary_emb)(config=naive.config)
    naive.model.embed_tokens.weight = _kept(model.transformer.embedding.word_embeddings.weight, device)
    naive.model.norm.weight = _kept(decoder.final_layernorm.weight, device)
    naive.lm_head.weight = _kept(_weight(model.transformer.output_layer), device)
    for ours, theirs in zip(decoder.layers, naive.model.layers, strict=True):
        theirs.input_layernorm.weight = _kept(ours.input_layernorm.weight, device)
        theirs.post_attention_layernorm.weight = _kept(ours.post_attention_layernorm.weight, device)
        for block, name, weight, bias in _linears(ours, theirs):
            setattr(block, name, _packed(weight, bias, device, dtype))
    naive.generation_config.eos_token_id = None
    return naive.eval()


def tokens_per_second(naive: Any, prompt: int, tokens: int) -> float:
    """Return tokens a second of greedy `generate`, without its prompt of `prompt` ids."""
    device = naive.lm_head.weight.device
    ids = torch.arange(prompt, device=device)[None] % 256

    def seconds(new: int) -> float:
        begun = time.perf_counter()
        with torch.inference_mode():
            made: Any = naive.generate(
                ids, attention_mask=torch.ones_like(ids), max_new_tokens=new, min_new_tokens=new, do_sample=False
            )
        assert made.shape[1] == prompt + new
        made.cpu()
        return time.perf_counter() - begun

    seconds(4)
    return (tokens - 1) / (seconds(tokens) - seconds(1))


def _linears(ours: Any, theirs: Any) -> Iterator[tuple[nn.Module, str, Tensor, Tensor | None]]:
    """Return where each linear layer goes, with its (out, in) weight."""
    fused, mlp = ours.self_attention, ours.mlp
    attention = theirs.self_attn
    sizes = [attention.q_proj.out_features, attention.k_proj.out_features, attention.v_proj.out_features]
    projection = fused.query_key_value
    weights, biases = torch.split(_weight(projection), sizes), torch.split(projection.bias, sizes)
    for name, weight, bias in zip(("q_proj", "k_proj", "v_proj"), weights, biases, strict=True):
        yield attention, name, weight, bias
    yield attention, "o_proj", _weight(fused.dense), None
    yield theirs.mlp, "gate_up_proj", _weight(mlp.dense_h_to_4h), None
    yield theirs.mlp, "down_proj", _weight(mlp.dense_4h_to_h), None


def _weight(layer: nn.Module) -> Tensor:
    """Unpack the (out, in) weight of a linear layer."""
    return layer.dequantize() if isinstance(layer, NF4Linear) else layer.weight  # type: ignore[return-value]


def _kept(weight: Tensor, device: torch.device) -> nn.Parameter:
    return nn.Parameter(weight.detach().to(device), requires_grad=False)


def _packed(weight: Tensor, bias: Tensor | None, device: torch.device, dtype: torch.dtype) -> Any:
    """Pack as transformers loads a linear layer in four bits with double quantisation."""
    outputs, inputs = weight.shape
    layer: Any = Linear4bit(  # type: ignore[no-untyped-call]
        inputs,
        outputs,
        bias is not None,
        compute_dtype=dtype,
        compress_statistics=True,
        quant_type="nf4",
        device="meta",
    )
    data = weight.detach().contiguous()
    packed: Any = Params4bit(data, requires_grad=False, quant_type="nf4", compress_statistics=True)
    layer.weight = packed.to(device)
    if bias is not None:
        layer.bias = _kept(bias, device)
    return layer
