"""What the tour points at is there: each file, and in it each function it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "reference" / "logion"
STOPS = re.split(r"\n(?=\d+\. |\n)", (ROOT / "docs" / "tour.md").read_text())
"""Numbered stops, and the paragraphs around them."""

NOT_OURS = {"await", "pwritev", "sendfile", "__consumer_offsets", "__transaction_state"}
"""Python's words, the kernel's and Kafka's."""


def named(stop: str) -> list[str]:
    """Return what a stop has between back-ticks."""
    return re.findall(r"`([^`\n]+)`", stop)


def defined(file: Path) -> set[str]:
    """Return the names of all functions and classes of a source file."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, kinds)}


@pytest.mark.parametrize("stop", STOPS, ids=lambda it: it.strip()[:20])
def test_every_function_stands_in_a_file_of_its_stop(stop: str) -> None:
    paths = [SOURCE / name for name in named(stop) if name.endswith((".py", "/"))]
    assert [path for path in paths if not path.exists()] == []
    found = {name for path in paths if path.is_file() for name in defined(path)}
    functions = {name for name in named(stop) if name.isidentifier()}
    assert functions - NOT_OURS - found == set()


def test_the_tour_has_every_stop_of_its_three_stories() -> None:
    numbers = [int(stop.split(".")[0]) for stop in STOPS if stop[:1].isdigit()]
    assert numbers == [*range(1, 12), *range(1, 9), *range(1, 9)]
