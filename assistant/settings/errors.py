"""Describe unusable settings in one line that names the key."""

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, SecretStr, ValidationError


class SettingsError(Exception):
    """The settings cannot be used; the text is one sentence that names the key and holds no secret."""


PHRASES = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "model_type": "must be a section",
    "string_type": "must be a text in quotes",
    "url_parsing": "must be a web address such as https://api.telegram.org/bot",
    "url_scheme": "must be a web address such as https://api.telegram.org/bot",
}
"""The rule for a value, in plain words, by pydantic's kind of error."""


def unknown_key(key: str, known: Iterable[str], source: str) -> SettingsError:
    """Return the error for a key that no setting has, with the nearest one that exists."""
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    return SettingsError(f"{source}: there is no setting called {key}.{hint}")


def explain(error: ValidationError, root: type[BaseModel], names: dict[str, str], source: str) -> SettingsError:
    """Return the error for the first problem; `names` maps a dotted key to the variable that set it."""
    first = error.errors()[0]
    location = [str(part) for part in first["loc"]]
    key = ".".join(location[:2])
    source = names.get(key, source)
    if first["type"] == "extra_forbidden":
        return unknown_key(key, dotted_keys(root), source)
    if len(location) > 2 and first["type"].startswith("int"):
        return SettingsError(f"{source}: {key} must be a list of whole numbers, not {first['input']!r}.")
    found = "" if is_secret(root, key) else f", not {first['input']!r}"
    return SettingsError(f"{source}: {key} {_phrase(dict(first), first['type'])}{found}.")


def is_secret(root: type[BaseModel], key: str) -> bool:
    """Whether the value of a setting must not be shown."""
    section, _, name = key.partition(".")
    holder = root.model_fields[section].annotation if section in root.model_fields else None
    fields = holder.model_fields if isinstance(holder, type) and issubclass(holder, BaseModel) else {}
    return name in fields and fields[name].annotation is SecretStr


def dotted_keys(root: type[BaseModel]) -> list[str]:
    """Return every setting as section.key, and the sections themselves."""
    keys = []
    for section, field in root.model_fields.items():
        keys.append(section)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += [f"{section}.{name}" for name in field.annotation.model_fields]
    return keys


def _phrase(error: dict[str, object], kind: str) -> str:
    if kind in PHRASES:
        return PHRASES[kind]
    message = str(error["msg"]).removeprefix("Value error, ")
    if kind == "value_error":
        return message
    for word in ("Input should be ", "Value should be "):
        if message.startswith(word):
            return "must be " + message.removeprefix(word).replace("'", '"')
    return f"is not usable ({message})"
