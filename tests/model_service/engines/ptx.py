"""The PTX of the product on tensor cores, run for 32 lanes in lockstep on a machine without a GPU."""

import re
from collections.abc import Callable

import torch
from torch import Tensor

Lanes = list[dict[str, int]]
LANES = 32
DTYPES = {"bf16": torch.bfloat16, "f16": torch.float16}
A_AT, B_AT = ((0, 0), (8, 0), (0, 8), (8, 8)), (0, 8)
"""Where a lane's registers of m16n8k16 lie in A, as (row, column), and in B, as row: PTX ISA, 9.7.14.5.8. Those of
m16n8k8 are the first of them."""


def permute(low: int, high: int, selector: int) -> int:
    """prmt.b32, of which the sign is not asked for here."""
    source = (low | high << 32).to_bytes(8, "little")
    return int.from_bytes(bytes(source[selector >> shift & 7] for shift in (0, 4, 8, 12)), "little")


SIMPLE: dict[str, Callable[..., int]] = {
    "and.b32": lambda a, b: a & b,
    "or.b32": lambda a, b: a | b,
    "shr.u32": lambda a, b: a >> b,
    "prmt.b32": permute,
    "mov.f32": lambda a: a,
}


def run(code: str, lanes: Lanes) -> None:
    """Straight-line PTX; sums are kept as numbers, not as bits."""
    for line in code[1:-1].split(";"):
        operation, _, rest = line.strip().partition(" ")
        names = re.findall(r"[$\w]+", rest)
        if operation.startswith("mma"):
            multiply(lanes, names, torch.bfloat16 if "bf16" in operation else torch.float16)
        elif operation == "mov.b64":
            for lane in lanes:
                lane[names[0]], lane[names[1]] = lane[names[2]] & 0xFFFFFFFF, lane[names[2]] >> 32
        elif operation.startswith("shfl"):  # Within each 16 lanes, as the mask 0x101f says.
            found = [lanes[number & 16 | lane[names[2]] & 15][names[1]] for number, lane in enumerate(lanes)]
            for lane, value in zip(lanes, found, strict=True):
                lane[names[0]] = value
        elif operation in SIMPLE:
            for lane in lanes:
                given = [lane[name] if name in lane else int(name.removeprefix("0f"), 0) for name in names[1:]]
                lane[names[0]] = SIMPLE[operation](*given)


def multiply(lanes: Lanes, names: list[str], dtype: torch.dtype) -> None:
    """mma.sync.m16n8k16, or m16n8k8, row by column: the product of A and B, and what was there before."""
    half = 2 if len(names) == 14 else 1
    sums, of_a, of_b, before = names[:4], names[4 : 4 + 2 * half], names[-4 - half : -4], names[-4:]
    a, b = torch.zeros(16, 8 * half).double(), torch.zeros(8 * half, 8).double()
    for number, lane in enumerate(lanes):
        row, column = number >> 2, 2 * (number & 3)
        for name, (down, right) in zip(of_a, A_AT, strict=False):
            a[row + down, column + right : column + right + 2] = pair(lane[name], dtype)
        for name, down in zip(of_b, B_AT, strict=False):
            b[column + down : column + down + 2, row] = pair(lane[name], dtype)
    product = a @ b
    for number, lane in enumerate(lanes):
        row, column = number >> 2, 2 * (number & 3)
        for place, (name, earlier) in enumerate(zip(sums, before, strict=True)):
            lane[name] = lane[earlier] + product[row + place // 2 * 8, column + place % 2].item()  # type: ignore[assignment]


def pair(register: int, dtype: torch.dtype) -> Tensor:
    """Two floats of 16 bits."""
    return torch.tensor([register & 0xFFFF, register >> 16]).to(torch.uint16).view(dtype).double()


def check_tile(kind: str, shuffled: int, deep: int) -> None:
    """Each lane holds what a block of its quad's two outputs comes to with two rows of x."""
    from model_service.engines.kernels import nf4, nf4_ptx

    dtype = DTYPES[kind]
    codes, x = torch.tensor(nf4.CODES).to(dtype), torch.randn(LANES, 16).to(dtype)
    packed = torch.randint(0, 256, (2, LANES, 8), dtype=torch.uint8)
    weights = codes[torch.stack((packed >> 4, packed & 15), dim=-1).long()].view(2, 8, 64)
    wanted = weights.double() @ x.view(8, 64).double().T
    held: Lanes = [{f"${20 + part}": word for part, word in enumerate(words(row, 4))} for row in x]
    table = codes.view(torch.uint16).tolist()
    for output in range(2):
        lanes: Lanes = [{"$8": words(row, 8)[0], "$9": 0} for row in packed[output]]
        for number, lane in enumerate(lanes):
            lane["$10"] = table[number % 16]
        run(nf4_ptx.unpacking_code(kind, shuffled), lanes)
        for lane, into in zip(lanes, held, strict=True):
            into.update({f"${4 + 8 * output + part}": lane[f"${part}"] for part in range(8)})
    run(nf4_ptx.multiplying_code(kind, deep), held)
    found = torch.tensor([[lane[f"${part}"] for part in range(4)] for lane in held]).double()
    assert torch.allclose(found.view(8, 4, 2, 2).permute(2, 0, 1, 3).flatten(2), wanted, atol=1e-4)


def words(row: Tensor, size: int) -> list[int]:
    """A row's bytes, some to a word."""
    data = bytes(row.contiguous().view(torch.uint8).tolist())
    return [int.from_bytes(data[start : start + size], "little") for start in range(0, len(data), size)]
