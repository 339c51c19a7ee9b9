"""Build llama.cpp's two benches from its source, on the card's own architecture, or on the CPU without a card."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from importlib import util
from pathlib import Path
from typing import IO

import torch

TOOLS = ("llama-bench", "llama-batched-bench")

PROJECT = """cmake_minimum_required(VERSION 3.18)
project(benches C CXX)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
add_subdirectory(${LLAMA} llama)
add_subdirectory(${LLAMA}/tools/llama-bench llama-bench)
add_subdirectory(${LLAMA}/tools/batched-bench batched-bench)
"""
"""A project around llama.cpp's, as its own has either all tools or none."""

OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "LLAMA_BUILD_COMMON": "ON",
    "LLAMA_BUILD_COMMIT": "unknown",  # Else that of a repository around it.
    "LLAMA_BUILD_NUMBER": "0",
    "LLAMA_OPENSSL": "OFF",
    "GGML_NATIVE": "OFF",  # A guest may be told of matrix units that its host forbids; the CPU has next to no work.
    "GGML_CCACHE": "OFF",
}


def tree(source: Path) -> Path:
    """Return llama.cpp's tree, which is `source` or within that of llama-cpp-python.

    Raises:
        FileNotFoundError: neither is one.
    """
    for folder in (source, source / "vendor" / "llama.cpp"):
        if (folder / "ggml" / "CMakeLists.txt").exists():
            return folder.resolve()
    raise FileNotFoundError(f"{source}: no source of llama.cpp")


def build(source: Path, work: Path, jobs: int | None = None) -> dict[str, object]:
    """Build the benches in WORK/build, or only what has changed; wait for another that builds there.

    Raises:
        subprocess.CalledProcessError: it does not configure or compile; the reason is printed.
    """
    begun = time.perf_counter()
    work.mkdir(parents=True, exist_ok=True)
    work = work.resolve()  # By another path CMake would build it again.
    options = OPTIONS | {"LLAMA": str(tree(source))} | cuda_options(work)
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        project = work / "CMakeLists.txt"
        if not project.exists():
            project.write_text(PROJECT, encoding="utf-8")
        told = [f"-D{name}={value}" for name, value in options.items()]
        with (work / "build.log").open("w", encoding="utf-8") as log:
            _run(log, "cmake", "-S", str(work), "-B", str(work / "build"), "-G", "Ninja", *told)
            _run(log, "cmake", "--build", str(work / "build"), "-j", str(jobs or os.cpu_count() or 1), "-t", *TOOLS)
    return {"options": options, "seconds": round(time.perf_counter() - begun, 1)}


def cuda_options(work: Path) -> dict[str, str]:
    """Return what CMake needs to know of CUDA; no other kernels of flash attention than those for 16 bits.

    cuBLAS is the one that comes with torch where that is a package of its own: a toolkit may come without it.
    """
    if not torch.cuda.is_available():
        return {"GGML_CUDA": "OFF"}
    from torch.utils.cpp_extension import CUDA_HOME
    from triton.backends.nvidia.driver import libcuda_dirs

    major, minor = torch.cuda.get_device_capability()
    driver = next(file for folder in libcuda_dirs() for file in sorted(Path(folder).glob("libcuda.so*")))
    options = {
        "GGML_CUDA": "ON",
        "GGML_CUDA_FA_QUANTS": "f16-f16",
        "GGML_CUDA_NCCL": "OFF",
        "CMAKE_CUDA_ARCHITECTURES": f"{major}{minor}-real",
        "CMAKE_CUDA_COMPILER": shutil.which("nvcc") or f"{CUDA_HOME}/bin/nvcc",
        "CUDA_cuda_driver_LIBRARY": str(driver),
    }
    return options | cublas_options(work, (torch.version.cuda or "").partition(".")[0])


def cublas_options(work: Path, major: str | None) -> dict[str, str]:
    """Return where the cuBLAS of torch's packages is, its headers linked into WORK/cublas; nothing if it has none."""
    found = util.find_spec("nvidia")
    for place in () if found is None else found.submodule_search_locations or ():
        for blas in Path(place).glob(f"*/lib/libcublas.so.{major}"):
            headers = [*blas.parent.parent.glob("include/cublas*.h")]
            if headers:
                return _linked(work / "cublas", headers, blas)
    return {}


def _linked(apart: Path, headers: list[Path], blas: Path) -> dict[str, str]:
    """Link the headers into a folder of their own: theirs may hold those of another CUDA runtime too."""
    apart.mkdir(parents=True, exist_ok=True)
    for header in headers:
        if not (apart / header.name).exists():
            (apart / header.name).symlink_to(header)
    return {
        "CMAKE_CUDA_FLAGS": f"-I{apart}",
        "CUDA_cublas_LIBRARY": str(blas),
        "CUDA_cublasLt_LIBRARY": str(blas.with_name(blas.name.replace("cublas", "cublasLt"))),
    }


def _run(log: IO[str], *command: str) -> None:
    """Run a command into the log; print the log's end if it fails."""
    done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)  # noqa: S603
    if done.returncode != 0:
        print(Path(log.name).read_text(encoding="utf-8", errors="replace")[-8000:], file=sys.stderr, flush=True)
        done.check_returncode()
