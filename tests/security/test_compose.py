"""The container may do no more than the program needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def service() -> dict[str, Any]:
    """The one service of compose.yaml."""
    (found,) = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    return dict(found)


def test_it_has_none_of_roots_rights(service: dict[str, Any]) -> None:
    """Neither as it starts nor by what it starts; no port, nothing of the machine's but two volumes."""
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "ports", "network_mode", "pid", "devices"} & set(service) == set()
    assert [volume.split(":")[0] for volume in service["volumes"]] == ["data", "models"]
    (user,) = re.findall(r"^USER (\w+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user not in {"root", "0"}


def test_its_memory_can_be_limited_and_its_log_is(service: dict[str, Any]) -> None:
    """A log of years does not fill the disk."""
    assert re.fullmatch(r"\$\{\w+:-0\}", service["mem_limit"])
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
