"""The container may do no more than the program needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["cpu", "gpu", "remote"])
def service(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Each service of compose.yaml."""
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"][request.param])


def test_it_has_none_of_roots_rights(service: dict[str, Any]) -> None:
    """Neither as it starts nor by what it starts; nothing of the machine's but two volumes, and a root that stays."""
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "network_mode", "pid", "devices", "user"} & set(service) == set()
    assert [volume.split(":")[0] for volume in service["volumes"]] == ["data", "models"]
    assert service["read_only"] is True and "tmpfs" not in service


def test_its_port_is_published_to_this_machine_alone(service: dict[str, Any]) -> None:
    """The page's, and the same inside: its link names it."""
    (port,) = service["ports"]
    outside, inside = port.removeprefix("127.0.0.1:").split("}:")
    assert port.startswith("127.0.0.1:")
    assert f"{outside}}}" == inside == service["environment"]["EYEGLASS_WEB__PORT"]


def test_its_memory_can_be_limited_and_its_log_is(service: dict[str, Any]) -> None:
    """A log of years does not fill the disk."""
    assert re.fullmatch(r"\$\{\w+:-0\}", service["mem_limit"])
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
