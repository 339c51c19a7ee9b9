"""Check requests and objects against the Bot API's own description (bot_api.json)."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playground.wire import Upload

type_of = {"Integer": int, "String": str, "Boolean": bool}
WORDS = {"true": True, "1": True, "false": False, "0": False}
KIND = re.compile(r"(?P<names>[^=!]+)(?:='(?P<always>\w+)')?(?P<required>!?)")


class Violation(Exception):
    """A request that the description does not allow. `problems` lists every violation."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Description:
    """The methods with their parameters, and the types with their fields.

    A kind is written as playground/describe.py explains: "Integer|String!", "[[InlineKeyboardButton]]".
    """

    def __init__(self, methods: Mapping[str, Mapping[str, str]], types: Mapping[str, Any]) -> None:
        self.methods = methods
        self.types = types
        self._spelled = {name.lower(): name for name in methods}

    @classmethod
    @cache
    def load(cls) -> "Description":
        """Load the description that comes with the playground."""
        short = json.loads(Path(__file__).with_name("bot_api.json").read_text(encoding="utf-8"))
        return cls(short["methods"], short["types"])

    def method(self, name: str) -> str | None:
        """Return a method's proper spelling, in any case of letters; None if there is no such method."""
        return self._spelled.get(name.lower())

    def read(self, method: str, params: Mapping[str, Any], uploads: Mapping[str, Upload]) -> dict[str, Any]:
        """Return a request's parameters as Python values (an uploaded file as its Upload).

        Raises Violation for an unknown or a missing parameter, a value of the wrong type, an unknown key in a nested
        object, an attach:// name without its file, and a file that nothing names.
        """
        fields, problems, values = self.methods[method], [], {}
        for name, raw in params.items():
            if name not in fields:
                problems.append(f"{method} has no parameter {name}")
                continue
            value = decoded(fields[name], raw)
            problems += self.problems(fields[name], value, name)
            values[name] = value
        media = {name: value for name, value in values.items() if fields[name].rstrip("!") != "String"}
        attached = {name.removeprefix("attach://") for name in strings(media) if name.startswith("attach://")}
        problems += [f"attach://{name} names no file" for name in sorted(attached - uploads.keys())]
        for name in uploads.keys() - attached:
            if "InputFile" in fields.get(name, ""):
                values[name] = uploads[name]
            else:
                problems.append(f"{method} takes no file {name}")
        problems += [f"{method} needs {name}" for name in required(fields, values)]
        if problems:
            raise Violation(problems)
        return values | {name: uploads[v[9:]] for name, v in media.items() if str(v).startswith("attach://")}

    def problems(self, kind: str, value: Any, where: str) -> list[str]:
        """List the reasons why `value` is not of this kind; `where` names it. Empty if it is."""
        parts = KIND.fullmatch(kind)
        assert parts is not None, kind  # noqa: S101
        if parts["always"] is not None and value != parts["always"]:
            return [f"{where} must be {parts['always']!r}"]
        found = [self._one(name, value, where) for name in parts["names"].split("|")]
        return min(found, key=cost)

    def _one(self, name: str, value: Any, where: str) -> list[str]:
        if name.startswith("["):
            if not isinstance(value, list):
                return [f"{where} must be an array"]
            return [p for i, item in enumerate(value) for p in self.problems(name[1:-1], item, f"{where}[{i}]")]
        if name == "Float":
            return [] if isinstance(value, int | float) and not isinstance(value, bool) else [f"{where} must be Float"]
        if name in type_of:
            return [] if type(value) is type_of[name] else [f"{where} must be {name}"]
        shape = self.types[name]
        if isinstance(shape, list):
            return min((self._one(member, value, where) for member in shape), key=cost)
        return self._object(name, shape, value, where)

    def _object(self, name: str, shape: Mapping[str, str], value: Any, where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where} must be {name}"]
        problems = [f"{where} ({name}) needs {missing}" for missing in required(shape, value)]
        for key, item in value.items():
            if key in shape:
                problems += self.problems(shape[key], item, f"{where}.{key}")
            else:
                problems.append(f"{where} ({name}) has no field {key}")
        return problems


def cost(problems: list[str]) -> int:
    """Return how far a value is from one member of a union; the word that tells the members apart weighs most."""
    return len(problems) + 100 * sum(" must be '" in problem for problem in problems)


def required(fields: Mapping[str, str], present: Collection[str]) -> list[str]:
    """List the required fields that are missing."""
    return [name for name, kind in fields.items() if kind.endswith("!") and name not in present]


def strings(value: Any) -> Iterator[str]:
    """Yield every string in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def decoded(kind: str, raw: Any) -> Any:
    """Convert a form's parameter (a string) into a value of the kind that is asked for, if possible."""
    if not isinstance(raw, str):
        return raw
    names = kind.rstrip("!").split("|")
    if "Integer" in names and re.fullmatch(r"-?\d{1,19}", raw):
        return int(raw)
    if "String" in names or names[0].startswith("String"):
        return raw
    if "Boolean" in names:
        return WORDS.get(raw.lower(), raw)
    try:
        return json.loads(raw)
    except ValueError:
        return raw
