"""Make bot_api.json, the Bot API in short: python -m playground.describe FULL_DESCRIPTION.json.

The full description is the Bot API's page (core.telegram.org/bots/api) turned into data, as the community publishes it
on every release: {"version", "methods": {name: {"fields": [...]}}, "types": {name: {"fields" or "subtypes": [...]}}},
where a field has a name, its types, whether it is required, and a description in prose.

The short form keeps what is needed to check a request. A method or an object is {field: kind}; a union is the list
of its members. A kind is "String", "[Message]" (an array), "Integer|String" (either), "String='photo'" (always that
word), and ends in "!" where the field is required.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

SHORT = Path(__file__).with_name("bot_api.json")
ALWAYS = re.compile(r"""(?:always|must be) [“"']?([a-z0-9_]+)[”"']?$""")


def brackets(written: str) -> str:
    """ "Array of Array of X" as "[[X]]"."""
    depth = written.count("Array of ")
    return "[" * depth + written.removeprefix("Array of " * depth) + "]" * depth


def kind(field: dict[str, Any]) -> str:
    """Return a field's types as one word."""
    alternatives = [brackets(written) for written in field["types"]]
    always = ALWAYS.search(field["description"]) if alternatives == ["String"] else None
    constant = f"='{always[1]}'" if always else ""
    return "|".join(alternatives) + constant + ("!" if field["required"] else "")


def shorten(full: dict[str, Any]) -> dict[str, Any]:
    """Strip the full description of its prose."""

    def shape(entry: dict[str, Any]) -> dict[str, str] | list[str]:
        if "subtypes" in entry:
            return [brackets(written) for written in entry["subtypes"]]
        return {field["name"]: kind(field) for field in entry.get("fields") or []}

    return {
        "version": full["version"],
        "methods": {name: shape(entry) for name, entry in sorted(full["methods"].items())},
        "types": {name: shape(entry) for name, entry in sorted(full["types"].items())},
    }


def lines(short: dict[str, Any]) -> str:
    """Dump JSON with one method or type a line, so that a new release reads as a diff."""

    def section(name: str) -> str:
        rows = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in short[name].items())
        return f"{json.dumps(name)}: {{\n{rows}\n}}"

    version = json.dumps(short["version"])
    return f'{{"version": {version},\n{section("methods")},\n{section("types")}}}\n'


def main() -> None:
    """Write bot_api.json from the file named on the command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    full = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    SHORT.write_text(lines(shorten(full)), encoding="utf-8")


if __name__ == "__main__":
    main()
