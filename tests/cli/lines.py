"""Fixtures of the tests of what `eyeglass check` says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.settings.settings import Settings
from cli.check import said
from playground import Server

Show = Callable[..., Any]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Show:
    """Return what a check prints, with its kind: ok, note or wanting."""

    async def look(check: Callable[[], Any]) -> tuple[str, str]:
        good = await said("line", check)
        text = capsys.readouterr().out
        assert text.startswith("line: ") and text.count("\n") == 1
        kind = "ok" if text.startswith("line: ok, ") else "note" if text.startswith("line: note, ") else "wanting"
        assert good == (kind != "wanting")
        return kind, text

    return look


def settings(folder: Path | None = None, server: Server | None = None, **sections: dict[str, object]) -> Settings:
    """Return settings with a folder, a server, and what else is given."""
    values: dict[str, dict[str, object]] = {"storage": {"path": folder or Path("data")}, "telegram": {}}
    if server is not None:
        values["telegram"] = {"base_url": server.base_url, "base_file_url": server.base_file_url}
    for name, section in sections.items():
        values[name] = {**values.get(name, {}), **section}
    return Settings.model_validate(values)
