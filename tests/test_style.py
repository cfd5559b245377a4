"""The measures that CONTRIBUTING.md promises, taken from the sources."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "reference/logion",
    "model/logion_model",
    "model/logion_harness",
    "conformance/logion_conformance",
    "traces/logion_traces",
)
SOURCES = sorted(
    file for package in PACKAGES for file in ROOT.glob(f"{package}/**/*.py")
)

TESTS = sorted(ROOT.glob("tests/**/*.py"))
"""Judged by the length of their files alone."""

FILE_LINES_MAX = 500
TABLES = {"release_table.py"}
"""Files that are data, one row for each fact: they may be longer."""

FUNCTION_LINES_95 = 25
FUNCTION_LINES_MAX = 50

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


class Code(NamedTuple):
    """What one pass over the sources finds."""

    sizes: dict[str, int]
    """Lines of each function."""
    broad: list[str]
    """Files that catch every exception, once for each time."""
    undocumented: list[str]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@functools.cache
def code() -> Code:
    found = Code({}, [], [])
    for file in SOURCES:
        text = file.read_text()
        look(found, file, text.splitlines(), ast.parse(text), is_public=True)
    return found


def look(
    found: Code, file: Path, lines: list[str], parent: ast.AST, *, is_public: bool
) -> None:
    """Add what stands in a node; nothing in a function or a private class is public."""
    for node in ast.iter_child_nodes(parent):
        is_seen = is_public
        if isinstance(node, Definition):
            place = f"{name(file)}:{node.lineno} {node.name}"
            is_seen = is_public and not node.name.startswith("_")
            if is_seen and not is_documented(node):
                found.undocumented.append(place)
            if isinstance(node, Function):
                found.sizes[place] = code_lines(node, lines)
                is_seen = False
        if isinstance(node, ast.ExceptHandler) and catches_everything(node):
            found.broad.append(name(file))
        look(found, file, lines, node, is_public=is_seen)


def is_documented(node: Definition) -> bool:
    """Whether a definition has a docstring, or is one of several signatures."""
    overloads = ("overload" in ast.unparse(it) for it in node.decorator_list)
    return ast.get_docstring(node) is not None or any(overloads)


def catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or ast.unparse(handler.type) == "Exception"


def code_lines(function: Function, text: list[str]) -> int:
    """Return the lines of a function without its docstring, blanks and comments."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or 0) + 1 if documented else first.lineno
    lines = text[start - 1 : function.end_lineno]
    head = first.lineno - function.lineno
    return head + sum(bool(it.strip()) and it.strip()[0] != "#" for it in lines)


@pytest.mark.parametrize("file", [*SOURCES, *TESTS], ids=name)
def test_no_file_is_too_long_to_read(file: Path) -> None:
    if file.name not in TABLES:
        assert len(file.read_text().splitlines()) <= FILE_LINES_MAX


def test_functions_are_short() -> None:
    ordered = sorted(code().sizes.items(), key=lambda it: it[1])
    assert ordered[len(ordered) * 95 // 100][1] <= FUNCTION_LINES_95
    assert ordered[-1][1] <= FUNCTION_LINES_MAX, ordered[-1]


def test_only_the_connection_catches_every_exception() -> None:
    assert code().broad == ["reference/logion/broker/connection.py"]


def test_every_public_name_is_documented() -> None:
    assert code().undocumented == []
