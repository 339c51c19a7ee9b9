"""All mutants of a module: mutmut's changes of Python and ours of SQL, of what it does, not of what it logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeAlias

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

from bench.mutants import sql

_NO_BEHAVIOUR = (
    m.Annotation()
    | m.Assert()
    | m.Decorator()
    | m.Expr(value=m.SimpleString())
    | m.Call(func=m.Attribute(value=m.Name("_log")))
    | m.Assign(targets=[m.AssignTarget(target=m.Name("_log"))])
    | m.Subscript(value=m.Name("Literal"))
)


Key: TypeAlias = tuple[str, str, str]
"""What a mutant is known by, whatever is added above it: the file, what stood there, what stands there now."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change: the line where it begins, what stood there, what stands there now, and the whole."""

    module: str
    line: int
    was: str
    becomes: str
    source: str

    @property
    def key(self) -> Key:
        """The file, what stood there, what stands there now."""
        return self.module, self.was, self.becomes


def mutants_of(module: str) -> Iterator[Mutant]:
    """All mutants of the module in this file that Python can read."""
    wrapper = MetadataWrapper(cst.parse_module(Path(module).read_text(encoding="utf-8")))
    tree, places = wrapper.module, wrapper.resolve(PositionProvider)
    seen = {tree.code}
    for node in _behaviour(tree):
        for other in _changes(node):
            source = cst.ensure_type(tree.deep_replace(node, other), cst.Module).code
            if source not in seen and _can_be_read(source):
                seen.add(source)
                line = places[node].start.line if node in places else 0
                yield Mutant(module, line, *_difference(tree.code, source), source)


def _behaviour(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if not m.matches(node, _NO_BEHAVIOUR):
        yield node
        for child in node.children:
            yield from _behaviour(child)


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and operator is not operator_string:
            yield from operator(node)
    if isinstance(node, cst.FormattedStringText) and sql.is_sql(node.value):
        yield from (node.with_changes(value=text) for text in sql.changes(node.value))
    elif isinstance(node, cst.SimpleString) and sql.is_sql(node.raw_value):
        begin, end = node.prefix + node.quote, node.quote
        yield from (node.with_changes(value=begin + text + end) for text in sql.changes(node.raw_value))
    elif isinstance(node, cst.SimpleString):
        yield from list(operator_string(node))[:1]  # The others only change upper and lower case.


def _can_be_read(source: str) -> bool:
    try:
        compile(source, "", "exec")
    except SyntaxError:
        return False
    return True


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, without the space around them."""
    old, new = before.splitlines(), after.splitlines()
    parts = [part for part in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if part[0] != "equal"]
    return (
        " ".join(line.strip() for _, start, end, _, _ in parts for line in old[start:end]),
        " ".join(line.strip() for _, _, _, start, end in parts for line in new[start:end]),
    )
