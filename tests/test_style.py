"""The measures that CONTRIBUTING.md promises, taken from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

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


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Function):
            yield node


def code_lines(function: Function, text: list[str]) -> int:
    """Return the lines of a function without its docstring, blanks and comments."""
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or 0) + 1 if documented else first.lineno
    lines = text[start - 1 : function.end_lineno]
    head = first.lineno - function.lineno
    return head + sum(bool(it.strip()) and it.strip()[0] != "#" for it in lines)


def sizes() -> dict[str, int]:
    found = {}
    for file in SOURCES:
        text = file.read_text().splitlines()
        for function in functions(file):
            place = f"{name(file)}:{function.lineno} {function.name}"
            found[place] = code_lines(function, text)
    return found


@pytest.mark.parametrize("file", [*SOURCES, *TESTS], ids=name)
def test_no_file_is_too_long_to_read(file: Path) -> None:
    if file.name not in TABLES:
        assert len(file.read_text().splitlines()) <= FILE_LINES_MAX


def test_functions_are_short() -> None:
    ordered = sorted(sizes().items(), key=lambda it: it[1])
    assert ordered[len(ordered) * 95 // 100][1] <= FUNCTION_LINES_95
    assert ordered[-1][1] <= FUNCTION_LINES_MAX, ordered[-1]


def test_only_the_connection_catches_every_exception() -> None:
    broad = [
        name(file)
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) == "Exception")
    ]
    assert broad == ["reference/logion/broker/connection.py"]


def test_every_public_name_is_documented() -> None:
    missing = [
        f"{name(file)}:{node.lineno} {node.name}"
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, Function | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and not _is_private(file, node)
        and not any("overload" in ast.unparse(it) for it in node.decorator_list)
    ]
    assert missing == []


def _is_private(file: Path, wanted: ast.AST) -> bool:
    """Tell whether a definition stands in a function or in a private class."""
    line = getattr(wanted, "lineno", 0)
    return any(
        node.lineno < line <= (node.end_lineno or 0)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, Function)
        or (isinstance(node, ast.ClassDef) and node.name.startswith("_"))
    )
