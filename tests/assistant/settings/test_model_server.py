"""A server's address and key: where they come from, and that nothing shows the key."""

import logging
from pathlib import Path

import pytest

from assistant.settings.errors import SettingsError
from assistant.settings.model_server import VARIABLE, checked_address, is_address, read_key
from assistant.settings.settings import Settings, load_settings

KEY = "sk-abcdefghijklmnopqrstuvwxyz"
ADDRESS = "https://models.example.org/v1"


def test_the_variable_comes_first(tmp_path: Path) -> None:
    """MODEL_API_KEY wins over the file; neither shows in a description."""
    file = tmp_path / "key"
    file.write_text("sk-zyx\n")
    key = read_key(str(file), {VARIABLE: f" {KEY}\n"})
    assert key is not None and key.get_secret_value() == KEY and KEY not in repr(key)
    kept = read_key(str(file), {})
    assert kept is not None and kept.get_secret_value() == "sk-zyx"


def test_a_server_may_want_no_key() -> None:
    """One's own, say."""
    assert read_key("", {}) is None


def test_a_key_that_others_can_read_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """With what to do."""
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        read_key(str(file), {})
    assert "chmod 600" in caplog.text and KEY not in caplog.text


@pytest.mark.parametrize("text", ["two words", "línea", "a\nb", "a\tb"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(text: str, tmp_path: Path) -> None:
    """The sentence names the place."""
    with pytest.raises(SettingsError, match=VARIABLE) as caught:
        read_key("", {VARIABLE: text})
    assert text not in str(caught.value)
    for file, content in ((tmp_path / "gone", None), (tmp_path / "empty", "\n"), (tmp_path / "odd", text)):
        if content is not None:
            file.write_text(content)
        with pytest.raises(SettingsError, match=file.name) as caught:
            read_key(str(file), {})
        assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        (ADDRESS, ADDRESS),
        (f"{ADDRESS}/", ADDRESS),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("HTTPS://models.example.org/v1", "HTTPS://models.example.org/v1"),
    ],
)
def test_an_address_is_taken(address: str, cleaned: str) -> None:
    """With or without a slash at its end."""
    assert is_address(address) and checked_address(address) == cleaned


@pytest.mark.parametrize(
    "address",
    ["https://", "https://models.example.org:port/v1", f"{ADDRESS}?key={KEY}", f"{ADDRESS}#a", "http://[::1/v1"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    """In a sentence that repeats nothing of it."""
    with pytest.raises(SettingsError, match=r"model\.name must be an address") as caught:
        checked_address(address)
    assert KEY not in str(caught.value)


def test_a_password_in_an_address_is_refused_without_being_shown() -> None:
    """It would be in logs: the key has a place of its own."""
    with pytest.raises(SettingsError, match=VARIABLE) as caught:
        checked_address(f"https://ada:{KEY}@models.example.org/v1")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "warned"), [("models.example.org", True), ("10.0.0.7", False), ("vllm:8000", False), ("[::1]", False)]
)
def test_clear_text_through_public_networks_is_told(
    host: str,
    warned: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Pictures and the key could be read on the way."""
    checked_address(f"http://{host}/v1")
    assert ("clear text" in caplog.text) is warned


@pytest.mark.parametrize("name", ["auto", "pocket", "zai-org/glm-4v-9b", "models/https"])
def test_other_names_are_models_on_this_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And their key, if there is one by chance, is not even read."""
    monkeypatch.setenv(VARIABLE, "not a key")
    settings = Settings.model_validate({"model": {"name": name}})
    assert settings.model.config().remote is None and settings.model.key() is None


def test_all_that_is_set_gets_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the environment to the configuration, which shows no key."""
    monkeypatch.setenv(VARIABLE, KEY)
    values = {"NAME": ADDRESS, "REMOTE_NAME": "glm", "REMOTE_SLOTS": "4", "REMOTE_TIMEOUT": "9"}
    environment = {f"EYEGLASS_MODEL__{name}": value for name, value in values.items()}
    config = load_settings(environment=environment).model.config(patient=False)
    remote = config.remote
    assert remote is not None and remote.key is not None
    assert (remote.address, remote.model, remote.slots, remote.timeout, remote.patient) == (
        ADDRESS,
        "glm",
        4,
        9.0,
        False,
    )
    assert remote.key.get_secret_value() == KEY and KEY not in repr(config)


@pytest.mark.parametrize("slots", ["0", "257", "many", "-1", "1.5"])
def test_slots_are_a_number_or_auto(slots: str) -> None:
    """From 1 to 256."""
    with pytest.raises(SettingsError, match=r"model\.remote_slots must be auto or a whole number from 1 to 256"):
        load_settings(environment={"EYEGLASS_MODEL__REMOTE_SLOTS": slots})
