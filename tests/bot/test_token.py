"""The token: where it comes from, and that no error holds it."""

from pathlib import Path

import pytest

from assistant.settings.errors import SettingsError
from assistant.settings.settings import TelegramSettings
from bot.token import VARIABLE, read_token

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_01234"


def test_the_variable_comes_first(tmp_path: Path) -> None:
    """TELEGRAM_BOT_TOKEN wins over the file; neither shows in a description."""
    file = tmp_path / "token"
    file.write_text("987654321:BBH-abcdefghijklmnopqrstuvwxyz_01234\n")
    token = read_token(TelegramSettings(token_file=str(file)), {VARIABLE: f" {TOKEN}\n"})
    assert token.get_secret_value() == TOKEN
    assert TOKEN not in repr(token)


def test_a_file_may_hold_it(tmp_path: Path) -> None:
    """White space around it does not matter."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_token(TelegramSettings(token_file=str(file)), {}).get_secret_value() == TOKEN


@pytest.mark.parametrize("text", ["", "secret", "123456789", f"bot{TOKEN}", f"{TOKEN} {TOKEN}"])
def test_what_cannot_be_a_token_is_refused_without_being_shown(text: str) -> None:
    """The sentence names the place, not what is there."""
    with pytest.raises(SettingsError) as caught:
        read_token(TelegramSettings(), {VARIABLE: text})
    assert VARIABLE in str(caught.value)
    assert not text or text not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """telegram.token_file points nowhere."""
    with pytest.raises(SettingsError, match=r"telegram\.token_file"):
        read_token(TelegramSettings(token_file=str(tmp_path / "gone")), {})
