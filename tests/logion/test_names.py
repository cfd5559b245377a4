from __future__ import annotations

import ast
from pathlib import Path

from logion import names
from logion.names import TopicPartition

ROOT = Path(__file__).parents[2]


def types_in_names() -> set[str]:
    tree = ast.parse(Path(names.__file__).read_text())
    return {
        node.targets[0].id
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "NewType"
    } | {"TopicPartition"}


def types_in_glossary() -> set[str]:
    rows = (ROOT / "docs/glossary.md").read_text().splitlines()
    cells = [row.split("|")[2].strip() for row in rows if row.count("|") == 4]
    return {cell.strip("`") for cell in cells if cell.startswith("`")}


def test_the_glossary_and_the_names_are_the_same_list() -> None:
    assert types_in_glossary() == types_in_names()


def test_a_partition_is_written_as_its_folder_is_called() -> None:
    assert str(TopicPartition("a-1", 0)) == "a-1-0"
