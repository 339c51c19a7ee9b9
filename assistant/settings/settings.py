"""Read settings.toml and the environment into one frozen Settings; a misspelt key stops the start."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from assistant.settings.chat_settings import AUTO, ChangedBy, ChatSettings, Footer, Length, Stream, Unasked
from assistant.settings.detail_setting import DetailSetting, read_detail
from assistant.settings.errors import SettingsError, dotted_keys, explain, unknown_key
from assistant.settings.model_server import checked_address, is_address, read_key
from assistant.settings.proxy import Proxy, checked_proxy, proxy_for
from assistant.settings.webhook_address import check_webhook
from assistant.texts import LANGUAGES
from model_service import RAPIDOCR, Limits, ModelConfig, RemoteConfig, SamplingParams, UnknownDetail

DEFAULT_FILE = Path("settings.toml")
PREFIX = "EYEGLASS_"
API_KEY = "EYEGLASS_API_KEY"
"""The variable with the key of `eyeglass serve`, which is no setting."""

TELEGRAMS_MIB = 20
"""The largest file, in MiB, that Telegram's own Bot API server lets a bot download."""

MOST_TOGETHER = 16
"""The most answers that one card writes in one step."""

MOST_SLOTS = 256
"""The most answers that a server is asked for at once."""


@dataclass(frozen=True, slots=True)
class WaitingLimits:
    """The most questions that may wait for the model: in all, of one person in all chats together, in one chat."""

    waiting: int = 256
    waiting_per_person: int = 16
    waiting_per_chat: int = 32


def _comma_separated(value: object) -> object:
    """Split an environment variable's list, `1, 2, 3`, with or without brackets."""
    if isinstance(value, str):
        return [part.strip() for part in value.strip().strip("[]").split(",") if part.strip()]
    return value


def _known_detail(value: str) -> str:
    try:
        return str(read_detail(value))
    except UnknownDetail:
        raise ValueError("must be auto, low, standard, fine, high, max or a number of tokens from 16 to 1600") from None


def _known_device(value: str) -> str:
    names = [part.strip() for part in value.split(",")]
    cards = all(re.fullmatch(r"cuda:(0|[1-9]\d?)", name) for name in names) and len(set(names)) == len(names)
    if not (cards or value in {AUTO, "cpu", "cuda"}):
        raise ValueError("must be auto, cpu, cuda, or cards such as cuda:0,cuda:1, each named once")
    return ",".join(names)


def _known_together(value: str) -> str:
    if value != AUTO and not (re.fullmatch(r"\d{1,2}", value) and 1 <= int(value) <= MOST_TOGETHER):
        raise ValueError(f"must be {AUTO} or a whole number from 1 to {MOST_TOGETHER}")
    return value


def _known_slots(value: str) -> str:
    if value != AUTO and not (re.fullmatch(r"\d{1,3}", value) and 1 <= int(value) <= MOST_SLOTS):
        raise ValueError(f"must be {AUTO} or a whole number from 1 to {MOST_SLOTS}")
    return value


def _known_language(value: str) -> str:
    if value not in {AUTO, *LANGUAGES}:
        raise ValueError(f"must be {AUTO} or one of {', '.join(LANGUAGES)}")
    return value


def _footer(value: object) -> object:
    """Read a footer by its name; true and false, as older files have it, show and hide it."""
    name = {"TRUE": "SECONDS", "FALSE": "HIDDEN"}.get(str(value).upper(), str(value).upper())
    if name not in Footer.__members__:
        raise ValueError(f"must be {', '.join(Footer.__members__).lower()}")
    return Footer[name]


def _known_reader(value: str) -> str:
    if is_address(value):
        raise ValueError("must be rapidocr, a folder or a hub id: a reader on a server is not supported")
    if value.lower() in {"", RAPIDOCR}:
        return value.lower()
    if "/" not in value and not Path(value).expanduser().is_dir():
        raise ValueError("must be rapidocr, or a folder or a hub id of GLM-OCR (zai-org/GLM-OCR); empty for none")
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must be a web address that begins with https:// or http://")
    return value


def _web_address_or_none(value: str) -> str:
    return _web_address(value).rstrip("/") if value else value


Ids = Annotated[tuple[int, ...], BeforeValidator(_comma_separated)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Waiting = Annotated[int, Field(ge=1, le=1024)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class TelegramSettings(_Section):
    """Access to the Bot API."""

    token_file: str = ""
    base_url: WebAddress = "https://api.telegram.org/bot"
    base_file_url: WebAddress = "https://api.telegram.org/file/bot"
    proxy: Annotated[SecretStr, AfterValidator(checked_proxy)] = SecretStr("")
    proxy_file: str = ""
    poll_seconds: Annotated[int, Field(ge=0, le=50)] = 10
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    local_mode: bool = False
    local_files: str = ""
    max_file_mib: Annotated[int, Field(ge=1, le=2000)] = TELEGRAMS_MIB
    webhook_url: str = ""

    @field_validator("max_file_mib")
    @classmethod
    def _only_locally(cls, value: int, others: ValidationInfo) -> int:
        if value > TELEGRAMS_MIB and not others.data.get("local_mode"):
            raise ValueError(f"must be at most {TELEGRAMS_MIB} unless telegram.local_mode is true")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _reachable(cls, value: str, others: ValidationInfo) -> str:
        base_url, local_mode = others.data.get("base_url", ""), bool(others.data.get("local_mode"))
        return check_webhook(value, base_url, local_mode=local_mode) if value else value

    def way(self) -> Proxy | None:
        """Return the proxy on the way to the Bot API; None: there is none.

        Raises:
            SettingsError: what is named can be no proxy.
        """
        return proxy_for(self.base_url, self.proxy, self.proxy_file)

    @property
    def most_bytes(self) -> int:
        """The largest file to take."""
        return self.max_file_mib * 1024 * 1024

    @property
    def server_folder(self) -> Path | None:
        """The folder in which a Bot API server in local mode keeps its files, if it is on this machine."""
        return Path(self.local_files).expanduser() if self.local_mode and self.local_files else None


class StorageSettings(_Section):
    """The folder of everything that survives a restart."""

    path: Annotated[Path, AfterValidator(Path.expanduser)] = Path("data")
    keep_days: Annotated[int, Field(ge=0, le=36500)] = 90


class AccessSettings(_Section):
    """Access to the bot."""

    mode: Literal["closed", "open"] = "closed"
    users: Ids = ()
    chats: Ids = ()


class ModelSettings(_Section):
    """The model to load, and its parameters."""

    name: Annotated[str, Field(min_length=1)] = "auto"
    reader: Annotated[str, AfterValidator(_known_reader)] = ""
    remote_name: str = ""
    key_file: str = ""
    remote_slots: Annotated[str, BeforeValidator(str), AfterValidator(_known_slots)] = AUTO
    remote_timeout: Annotated[float, Field(ge=1, le=3600)] = 120.0
    detail: Annotated[str, BeforeValidator(str), AfterValidator(_known_detail)] = "auto"
    device: Annotated[str, AfterValidator(_known_device)] = AUTO
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    quantize: Literal["auto", "nf4", "none"] = "auto"
    memory: Literal["auto", "full", "lean", "tiny"] = "auto"
    together: Annotated[str, BeforeValidator(str), AfterValidator(_known_together)] = AUTO
    cache: str = "~/.cache/eyeglass"
    feature_cache_mib: Annotated[int, Field(ge=0, le=1_000_000)] = 64
    prefix_cache_mib: Annotated[int, Field(ge=0, le=1_000_000)] = 256
    max_waiting: Waiting = 256
    waiting_per_person: Waiting = 16
    waiting_per_chat: Waiting = 32
    seconds_per_person: Seconds = 0.0
    seconds_per_chat: Seconds = 0.0
    slice_tokens: Annotated[int, Field(ge=1, le=8192)] = 64
    max_begun: Annotated[int, Field(ge=1, le=64)] = 4
    max_tokens: Annotated[int, Field(ge=1, le=8192)] = 1024
    thinking: bool = False
    thinking_tokens: Annotated[int, Field(ge=16, le=8192)] = 2048
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.8
    history_tokens: Annotated[int, Field(ge=0, le=8192)] = 3000
    drain_seconds: Seconds = 30.0
    stale_minutes: Annotated[int, Field(ge=0, le=1_000_000)] = 720

    def config(self, *, patient: bool = True) -> ModelConfig:
        """Return the configuration of the model service; `patient`: a server that is away is waited for.

        Raises:
            SettingsError: the address of a server, or its key, cannot be used.
        """
        return ModelConfig(
            name=self.name,
            reader=self.reader,
            remote=self._remote(patient) if is_address(self.name) else None,
            device=self.device,
            dtype=self.dtype,
            quantize=self.quantize,
            memory=self.memory,
            together=None if self.together == AUTO else int(self.together),
            cache=Path(self.cache).expanduser() if self.cache else None,
            feature_cache_mib=self.feature_cache_mib,
            prefix_cache_mib=self.prefix_cache_mib,
            limits=Limits(
                seconds_per_person=self.seconds_per_person,
                seconds_per_chat=self.seconds_per_chat,
                begun=self.max_begun,
            ),
            slice_tokens=self.slice_tokens,
            drain_seconds=self.drain_seconds,
        )

    def key(self) -> SecretStr | None:
        """Return the key of the server that `name` is the address of; None if there is none, or no server.

        Raises:
            SettingsError: it cannot be used.
        """
        return read_key(self.key_file) if is_address(self.name) else None

    def _remote(self, patient: bool) -> RemoteConfig:
        slots = None if self.remote_slots == AUTO else int(self.remote_slots)
        address = checked_address(self.name)
        return RemoteConfig(address, self.key(), self.remote_name, slots, self.remote_timeout, patient)

    def limits(self) -> WaitingLimits:
        """Return the limits on waiting questions."""
        return WaitingLimits(
            waiting=self.max_waiting,
            waiting_per_person=self.waiting_per_person,
            waiting_per_chat=self.waiting_per_chat,
        )

    def sampling(self) -> SamplingParams:
        """Return the sampling parameters."""
        return SamplingParams(max_tokens=self.max_tokens, temperature=self.temperature, top_p=self.top_p)

    def default_detail(self) -> DetailSetting:
        """Return how closely to look in a chat that chose nothing."""
        return read_detail(self.detail)


class ReplySettings(_Section):
    """The appearance of answers."""

    private_interval: Seconds = 1.5
    group_interval: Seconds = 3.0
    footer: Annotated[Footer, BeforeValidator(_footer)] = Footer.SECONDS


class ChatsSettings(_Section):
    """The defaults of /settings."""

    language: Annotated[str, AfterValidator(_known_language)] = AUTO
    stream: Stream = Stream.EDIT
    length: Length = Length.NORMAL
    watch: bool = False
    unasked: Unasked = Unasked.DESCRIBE
    changed_by: ChangedBy = ChangedBy.ADMINS


class WebSettings(_Section):
    """The page in a browser, and what else is served over HTTP."""

    enabled: bool = False
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    url: Annotated[str, AfterValidator(_web_address_or_none)] = ""
    health: bool = False


class LogSettings(_Section):
    """The level of logging."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(_Section):
    """Every setting; see settings.toml for why each exists."""

    telegram: TelegramSettings = TelegramSettings()
    storage: StorageSettings = StorageSettings()
    access: AccessSettings = AccessSettings()
    model: ModelSettings = ModelSettings()
    reply: ReplySettings = ReplySettings()
    chats: ChatsSettings = ChatsSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()

    def chat_defaults(self) -> ChatSettings:
        """Return the settings of a chat that chose nothing."""
        return ChatSettings(
            detail=self.model.default_detail(),
            footer=self.reply.footer,
            temperature=self.model.temperature,
            language=self.chats.language,
            stream=self.chats.stream,
            length=self.chats.length,
            watch=self.chats.watch,
            unasked=self.chats.unasked,
            changed_by=self.chats.changed_by,
        )


def load_settings(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings: defaults, then the file (`path`, else ./settings.toml if it exists), then the environment.

    Raises:
        SettingsError: a missing or torn file, a misspelt key, a wrong value; the text names it in one line.
    """
    environment = os.environ if environment is None else environment
    file = path or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    values = _read_file(file) if file else {}
    names = _overlay(values, environment)
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise explain(error, Settings, names, str(file or "settings")) from None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: this is not TOML: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the settings file cannot be read ({type(error).__name__}).") from None


def _overlay(values: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Lay the environment's variables over `values`; return which variable set which dotted key."""
    names = {}
    known = {variable_name(key): key for key in dotted_keys(Settings) if "." in key}
    for variable in sorted(name for name in environment if name.upper().startswith(PREFIX) and name != API_KEY):
        key = known.get(variable.upper())
        if key is None:
            raise unknown_key(variable, known, "environment")
        section, name = key.split(".")
        table = values.setdefault(section, {})
        if isinstance(table, dict):
            table[name] = environment[variable]
        names[key] = variable
    return names


def variable_name(key: str) -> str:
    """Return the environment variable of a setting: model.name is EYEGLASS_MODEL__NAME."""
    return PREFIX + key.upper().replace(".", "__")
