"""Measure a card's limits, and how near the decode step and its products come: each figure next to its floor."""

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.kernels.self_check import relative_error
from model_service.engines.runtime.cuda_graph import CapturedSteps, Place
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.weights import nf4
from model_service.engines.weights.nf4 import NF4Linear

COPIED = 2 * 1024**3
SIDE, PRODUCTS, BURST = 8192, 92, 10
"""Number and size of the products that measure the rate of operations: as many as a first question at max has.

A card under long load may lower its clock; the rate of a short burst is noted with it.
"""
REST = 0.5
"""Seconds without work before each, as before most questions."""


def synchronize(device: torch.device) -> None:
    """Wait for the device."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds(work: Callable[[], object], device: torch.device, times: int) -> float:
    """Return the average seconds of one call, after a warm-up."""
    for _ in range(3):
        work()
    synchronize(device)
    begun = time.perf_counter()
    for _ in range(times):
        work()
    synchronize(device)
    return (time.perf_counter() - begun) / times


def floors(device: torch.device, tiny: bool) -> dict[str, float]:
    """Measure bytes a second, read and written, of a copy; operations a second of bf16 products, many and a few."""
    size, side = (1024, 64) if tiny else (COPIED, SIDE)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    a, b = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))

    def rate(products: int) -> float:
        time.sleep(REST)
        return 2 * side**3 / seconds(lambda: a @ b, device, products)

    return {
        "copy_bytes_per_second": 2 * size / seconds(lambda: target.copy_(source), device, 20),
        "burst_operations_per_second": rate(BURST),
        "operations_per_second": rate(PRODUCTS),
    }


def products(layers: list[NF4Linear], device: torch.device) -> dict[str, dict[str, object]]:
    """Measure each shape of packed layer: bytes a second and error of our kernels, bitsandbytes' and unpacking.

    Every call takes another layer's weights, so that none are found in the card's cache. The error is that against the
    unpacked weights in fp32, relative, in the 2-norm.
    """
    shapes: dict[str, list[NF4Linear]] = {}
    for layer in layers:
        shapes.setdefault(f"{layer.out_features}x{layer.in_features}", []).append(layer)
    return {shape: _product(same, device) for shape, same in shapes.items()}


def _product(layers: list[NF4Linear], device: torch.device) -> dict[str, object]:
    first = layers[0]
    x = torch.randn(1, first.in_features, device=device, dtype=first.dtype)
    wanted = x.float() @ first.dequantize().float().T
    wanted = wanted if first.bias is None else wanted + first.bias.float()

    def speed(work: Callable[[NF4Linear], Tensor]) -> float:
        following = _round(layers)
        return read / captured_seconds(lambda: work(next(following)), device, len(layers))

    read = first.packed.nbytes + first.absmax.nbytes + first.absmax_scale.nbytes
    return {
        "ours": speed(lambda layer: nf4.nf4_product(layer, x)),
        "bitsandbytes": speed(lambda layer: layer(x)),
        "our_error": relative_error(nf4.nf4_product(first, x), wanted),
        "bitsandbytes_error": relative_error(first(x), wanted),
        "our_unpacking": speed(nf4.unpacked),
        "bitsandbytes_unpacking": speed(NF4Linear.dequantize),
        "unpacking_error": relative_error(nf4.unpacked(first), first.dequantize()),
    }


def _round(layers: list[NF4Linear]) -> Iterator[NF4Linear]:
    while True:
        yield from layers


def captured_seconds(work: Callable[[], object], device: torch.device, calls: int) -> float:
    """Return the seconds of one call within a CUDA graph of `calls` of them, which leaves Python's time out."""
    for _ in range(3):
        work()
    synchronize(device)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(calls):
            work()
    return seconds(graph.replay, device, 10) / calls


def decoding(
    model: GLM4VForConditionalGeneration, steps: CapturedSteps | None, hardware: Hardware, length: int, tokens: int
) -> dict[str, object]:
    """Measure tokens a second behind `length` positions: the captured step, the same step launched kernel by kernel,
    and the model itself (bitsandbytes' products, a slice of the KV cache that grows). Compare greedy ids and logits.
    """
    ids: dict[str, list[int]] = {}
    found: dict[str, object] = {}
    first: dict[str, Tensor] = {}
    ways = ("graph", "eager", "model") if steps is not None else ("model",)
    for way in ways:
        used = None if way == "model" else steps
        graphs = {} if steps is None else steps._graphs
        if steps is not None and way == "eager":
            steps._graphs = {}
        ids[way], rate, first[way] = _decode(model, used, hardware, length, tokens)
        if steps is not None:
            steps._graphs = graphs
        found[f"{way}_tokens_per_second"] = rate
    if steps is not None:
        found["graph_ids_equal_eager"] = ids["graph"] == ids["eager"]
        found["graph_ids_shared_with_model"] = _shared(ids["graph"], ids["model"])
        found["logits_error"] = relative_error(first["graph"], first["model"])
    return found


def _decode(
    model: GLM4VForConditionalGeneration, steps: CapturedSteps | None, hardware: Hardware, length: int, tokens: int
) -> tuple[list[int], float, Tensor]:
    """Return greedy ids, tokens a second and the first step's logits, after a prompt of `length` ids."""
    device = hardware.device
    prompt = torch.arange(length, device=device)[None] % 256
    cache = KVCache(model.config, length + tokens + 1, device, hardware.dtype)
    logits = model(model.embed(prompt), torch.arange(length, device=device)[None], cache, last=True)[0, -1]
    token, made = logits.argmax(-1, keepdim=True), []
    begun, first = time.perf_counter(), logits
    for number in range(tokens + 1):
        if number == 1:
            synchronize(device)
            begun, first = time.perf_counter(), logits.clone()
        if steps is None:
            position = torch.full_like(token[None], length + number)
            logits = model(model.embed(token[None]), position, cache, last=True)[0, -1]
        else:
            logits = steps([Place(length + number, cache.length, cache)], token)[0]
            cache.advance(1)
        token = logits.argmax(-1, keepdim=True)
        made.append(token)
    synchronize(device)
    return [int(id_) for id_ in made], tokens / (time.perf_counter() - begun), first


def _shared(one: list[int], other: list[int]) -> int:
    """Count how many of the first ids are the same."""
    return next((number for number, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]), len(one))


def first_token_floor(config: GLM4VConfig, tokens: int, text: int, operations_per_second: float) -> float:
    """Return the seconds that the operations need for vision of `tokens` and prefill of these and `text` ids."""
    vision, width, inner = config.vision, config.hidden_size, config.ffn_hidden_size
    seen = 4 * tokens + 1
    block = 4 * vision.hidden_size**2 + 2 * vision.hidden_size * vision.intermediate_size
    tower = vision.num_hidden_layers * (2 * seen * block + 4 * seen**2 * vision.hidden_size)
    adapter = 2 * tokens * (4 * vision.hidden_size * width + width**2 + 3 * width * inner)
    heads = config.num_attention_heads * config.kv_channels
    shared = 2 * config.multi_query_group_num * config.kv_channels
    read = tokens + 2 + text
    layer = 2 * read * (width * (2 * heads + shared) + 3 * width * inner) + 2 * read**2 * heads
    head = 2 * width * config.padded_vocab_size
    return float(tower + adapter + config.num_layers * layer + head) / operations_per_second


def decode_floor(model: GLM4VForConditionalGeneration, length: int, bytes_per_second: float) -> dict[str, float]:
    """Return the bytes that one step must read, and the tokens a second that they allow."""
    config = model.config
    tensors = (*model.transformer.encoder.state_dict().values(), *model.transformer.output_layer.state_dict().values())
    itemsize = model.transformer.encoder.final_layernorm.weight.element_size()
    cache = 2 * config.num_layers * config.multi_query_group_num * config.kv_channels * length * itemsize
    read = sum(tensor.nbytes for tensor in tensors) + cache
    return {"bytes": read, "tokens_per_second": bytes_per_second / read}


def profile(steps: CapturedSteps, model: GLM4VForConditionalGeneration, hardware: Hardware) -> str:
    """Return the profile of eight steps: a table of kernels by their time on the device."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    cache = KVCache(model.config, 2048, hardware.device, hardware.dtype)
    cache.length = 1700
    token = torch.zeros(1, dtype=torch.int64, device=hardware.device)
    place = [Place(200, cache.length, cache)]
    steps(place, token)
    with profiler(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen:
        for _ in range(8):
            steps(place, token)
        synchronize(hardware.device)
    return str(seen.key_averages().table(sort_by="self_device_time_total", row_limit=30, max_name_column_width=60))
