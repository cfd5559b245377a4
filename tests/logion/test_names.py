from __future__ import annotations

import ast
from pathlib import Path

import pytest
from logion import names
from logion.names import ZERO_UUID, TopicPartition, Uuid, format_uuid, parse_uuid

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


def test_an_id_is_22_characters_that_are_safe_in_an_address() -> None:
    assert format_uuid(ZERO_UUID) == "A" * 22
    assert format_uuid(b"\xff" * 16) == "_____________________w"
    uuid = Uuid(bytes(range(240, 256)))
    assert format_uuid(uuid) == "8PHy8_T19vf4-fr7_P3-_w"
    assert parse_uuid("8PHy8_T19vf4-fr7_P3-_w") == uuid
    for wrong in ("", "A", "AAAA", "A" * 20, "A" * 23, "A" * 21 + "ß"):
        with pytest.raises(ValueError):  # noqa: PT011  # base64 has its own texts
            parse_uuid(wrong)
