"""Settings: the file, the environment, and what is said about mistakes."""

import itertools
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings.chat_settings import Footer
from assistant.settings.errors import SettingsError, dotted_keys
from assistant.settings.settings import ModelSettings, Settings, load_settings, variable_name

SHIPPED = Path(__file__).parents[3] / "settings.toml"


def load(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    """Return the settings of a file with this text and of these variables."""
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment)


def test_the_shipped_file_holds_exactly_the_defaults() -> None:
    """settings.toml names every setting once, with its default."""
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    keys = {f"{section}.{key}" for section, table in shipped.items() for key in table}
    assert keys == {key for key in dotted_keys(Settings) if "." in key}
    assert load_settings(SHIPPED, {}) == Settings()


def test_every_setting_in_the_shipped_file_says_why() -> None:
    """Each key stands under a comment."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    for before, line in itertools.pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert before.startswith("# "), line


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ./settings.toml nor --settings: everything is as shipped."""
    monkeypatch.chdir(tmp_path)
    assert load_settings(None, {}) == Settings()


def test_the_file_of_the_working_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./settings.toml is read without being named."""
    monkeypatch.chdir(tmp_path)
    Path("settings.toml").write_text('[model]\nname = "pocket"\n')
    assert load_settings(None, {}).model.name == "pocket"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """EYEGLASS_SECTION__KEY wins; numbers, lists and paths are read from text."""
    settings = load(
        tmp_path,
        '[model]\nname = "auto"\ndetail = "low"\n',
        EYEGLASS_MODEL__NAME="pocket",
        EYEGLASS_ACCESS__USERS="12, 34",
        EYEGLASS_ACCESS__CHATS="[-100]",
        EYEGLASS_STORAGE__PATH="/srv/eyeglass",
        EYEGLASS_MODEL__MAX_TOKENS="99",
        EYEGLASS_REPLY__FOOTER="false",
    )
    assert (settings.model.name, settings.model.detail, settings.model.max_tokens) == ("pocket", "low", 99)
    assert (settings.access.users, settings.access.chats) == ((12, 34), (-100,))
    assert settings.storage.path == Path("/srv/eyeglass")
    assert settings.reply.footer is Footer.HIDDEN


@pytest.mark.parametrize(
    ("value", "footer"),
    [('"hidden"', Footer.HIDDEN), ('"seconds"', Footer.SECONDS), ('"everything"', Footer.EVERYTHING),
     ("true", Footer.SECONDS), ("false", Footer.HIDDEN)],
)  # fmt: skip
def test_the_line_under_answers_has_a_name_and_older_files_are_understood(
    tmp_path: Path, value: str, footer: Footer
) -> None:
    """It was shown or not before; in the environment, it is written without quotes."""
    assert load(tmp_path, f"[reply]\nfooter = {value}\n").reply.footer is footer
    assert load(tmp_path, EYEGLASS_REPLY__FOOTER=value.strip('"')).reply.footer is footer
    assert Settings().chat_defaults().footer is Footer.SECONDS


def test_every_setting_has_its_variable(tmp_path: Path) -> None:
    """No setting is out of the environment's reach."""
    for key in dotted_keys(Settings):
        if "." in key:
            with pytest.raises(SettingsError) as caught:
                load(tmp_path, **{variable_name(key): "\0", variable_name("model.detail"): "none of them"})
            assert "there is no setting" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "device", "devices"),
    [
        ("cuda", "cuda", ["cuda"]),
        ("cuda:1", "cuda:1", ["cuda:1"]),
        ("cuda:0, cuda:10", "cuda:0,cuda:10", ["cuda:0", "cuda:10"]),
    ],
)
def test_cards_are_named_one_by_one(tmp_path: Path, value: str, device: str, devices: list[str]) -> None:
    """Each has an engine of its own."""
    model = load(tmp_path, EYEGLASS_MODEL__DEVICE=value).model
    assert (model.device, model.config().devices) == (device, devices)


def test_how_many_answers_are_written_together(tmp_path: Path) -> None:
    """A number, or as many as memory allows."""
    assert load(tmp_path, "[model]\ntogether = 4\n").model.config().together == 4
    assert load(tmp_path, EYEGLASS_MODEL__TOGETHER="16").model.config().together == 16
    assert load(tmp_path, EYEGLASS_MODEL__TOGETHER="auto").model.config().together is None


def test_large_files_want_a_server_of_ones_own(tmp_path: Path) -> None:
    """Its folder counts in local mode alone."""
    telegram = load(
        tmp_path, "[telegram]\nlocal_mode = true\nlocal_files = '/srv/files'\nmax_file_mib = 2000\n"
    ).telegram
    assert (telegram.most_bytes, telegram.server_folder) == (2000 * 2**20, Path("/srv/files"))
    telegram = load(tmp_path, "[telegram]\nlocal_files = '/srv/files'\n").telegram
    assert (telegram.most_bytes, telegram.server_folder) == (20 * 2**20, None)


def test_settings_cannot_be_changed() -> None:
    """They are frozen."""
    with pytest.raises(ValidationError):
        setattr(Settings().model, "name", "other")  # noqa: B010


WRONG = {
    '[model]\ndetial = "high"\n': ("model.detial", "Did you mean model.detail?"),
    '[modle]\nname = "x"\n': ("modle", "Did you mean model?"),
    'name = "x"\n': ("name", "there is no setting"),
    '[model]\ndetail = "ultra"\n': ("model.detail", "low, standard, fine, high, max"),
    "[model]\ndetail = 9000\n": ("model.detail", "16 to 1600"),
    '[model]\ndevice = "tpu"\n': ("model.device", "auto, cpu, cuda, or cards such as cuda:0,cuda:1"),
    '[model]\ndevice = "cuda:0,cuda:0"\n': ("model.device", "each named once"),
    '[model]\ndevice = "cuda:0,cpu"\n': ("model.device", "or cards"),
    '[model]\ndevice = "cuda:0,"\n': ("model.device", "or cards"),
    "[model]\ndevice = 1\n": ("model.device", "text in quotes"),
    "[model]\ntogether = 17\n": ("model.together", "auto or a whole number from 1 to 16, not 17"),
    "[model]\ntogether = 0\n": ("model.together", "from 1 to 16"),
    '[model]\ntogether = "all"\n': ("model.together", "auto or a whole number"),
    "[model]\nmax_tokens = 0\n": ("model.max_tokens", "greater than or equal to 1"),
    '[model]\nmax_tokens = "many"\n': ("model.max_tokens", "whole number"),
    "[telegram]\nmax_file_mib = 21\n": ("telegram.max_file_mib", "at most 20 unless telegram.local_mode is true"),
    "[telegram]\nlocal_mode = true\nmax_file_mib = 2001\n": ("telegram.max_file_mib", "less than or equal to 2000"),
    '[access]\nusers = ["ada"]\n': ("access.users", "whole numbers"),
    '[access]\nmode = "ajar"\n': ("access.mode", '"closed" or "open"'),
    '[telegram]\nbase_url = "nowhere"\n': ("telegram.base_url", "web address"),
    "[telegram]\npoll_seconds = 51\n": ("telegram.poll_seconds", "50"),
    '[reply]\nfooter = "perhaps"\n': ("reply.footer", "hidden, seconds, everything"),
    '[chats]\nlanguage = "tlh"\n': ("chats.language", "auto or one of en, ru, zh"),
    "model = 3\n": ("model", "section"),
    "[model\n": ("settings.toml", "not TOML"),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_the_file_is_named_in_one_line(tmp_path: Path, text: str) -> None:
    """The key, what it must be, and the file; no traceback's words."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    sentence = str(caught.value)
    assert all(words in sentence for words in WRONG[text])
    assert "settings.toml" in sentence
    assert "\n" not in sentence
    assert "pydantic" not in sentence and "Input" not in sentence


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("EYEGLASS_MODEL__NMAE", "x", "Did you mean EYEGLASS_MODEL__NAME?"),
        ("EYEGLASS_TOKEN", "x", "EYEGLASS_TOKEN"),
        ("EYEGLASS_MODEL__MAX_TOKENS", "many", "EYEGLASS_MODEL__MAX_TOKENS: model.max_tokens must be a whole number"),
        ("EYEGLASS_ACCESS__USERS", "ada", "access.users"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(tmp_path: Path, variable: str, value: str, words: str) -> None:
    """The variable is named, not the file."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{variable: value})
    assert words in str(caught.value)
    assert "settings.toml" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """--settings with a path that does not exist."""
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        load_settings(tmp_path / "gone.toml", {})


@pytest.mark.parametrize(
    ("value", "kept"),
    [("", ""), ("RapidOCR", "rapidocr"), ("zai-org/GLM-OCR", "zai-org/GLM-OCR"), ("~/models/ocr", "~/models/ocr")],
)
def test_a_reader_is_a_library_a_hub_id_or_a_folder(value: str, kept: str) -> None:
    """As the model service takes it."""
    assert ModelSettings(reader=value).config().reader == kept


@pytest.mark.parametrize("value", ["https://models.example.org/v1", "tesseract", "pocket", "auto"])
def test_what_is_no_reader_is_refused(value: str) -> None:
    """Before anything is loaded; the sentence says what it can be."""
    with pytest.raises(SettingsError, match=r"model\.reader .*rapidocr"):
        load_settings(environment={"EYEGLASS_MODEL__READER": value})
