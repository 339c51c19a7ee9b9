# Every target works alone on a bare clone: what it needs is set up in .venv first, once.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-training check run bench mutants image test-image setup clean

help:
	@echo "make demo   watch a conversation with the bot on this machine; no token, no network"
	@echo "make test   run the tests"
	@echo "make test-training  run those of training/ alone, which make test leaves out"
	@echo "make check  lint, format, types and import rules"
	@echo "make run    run the bot with your token (see README.md)"
	@echo "make bench  measure this machine"
	@echo "make mutants  which changes of the code no test notices; takes an hour, no part of the tests"
	@echo "make image  build the Docker image (TARGET=cpu, cuda or remote)"
	@echo "make test-image  build the images from nothing and run them; 20 minutes or more, as root, with Podman"
	@echo "make setup  only set up the virtual environment"
	@echo "make clean  remove it, and all caches"

demo: $(READY)
	@$(BIN)/eyeglass demo

test: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-training: $(READY)
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/training

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

run: $(READY)
	@$(BIN)/eyeglass run

bench: $(READY)
	@$(BIN)/python -m bench

# What it needs besides is installed here: nobody else needs it.
mutants: $(READY)
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[mutants]'
	@$(BIN)/python -m bench.mutants

# IMAGE_FLAGS: more options of the build, such as a mirror (--build-arg BASE=...) or, for TARGET=cpu, another index of
# torch's builds (--build-arg TORCH_INDEX=...). Podman's usual format would drop the health check.
TARGET ?= cpu
CONTAINERS ?= $(shell docker info >/dev/null 2>&1 && echo docker || echo podman)

image:
	BUILDAH_FORMAT=docker $(CONTAINERS) build --target $(TARGET) --tag eyeglass:0.1.0-$(TARGET) $(IMAGE_FLAGS) .

export IMAGE_FLAGS

# TRIALS: which images, and other options of `python -m bench.image`, such as `--folder FOLDER`, which keeps them.
test-image: $(READY)
	@$(BIN)/python -m bench.image $(TRIALS)

setup: $(READY)

# Made again when the dependencies change; an installation that failed halfway leaves no stamp.
$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Eyeglass needs Python 3.11 or newer; none was found. \
	Name one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up $(VENV): installs torch, transformers and the rest; this takes a few minutes, once."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PIP) install -c constraints.txt setuptools
	@$(PIP) install -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
