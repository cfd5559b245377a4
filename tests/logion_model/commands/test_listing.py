from __future__ import annotations

import json

import pytest
from logion_model.catalogue import CATALOGUE
from logion_model.cli import main


def test_list_names_every_model_with_its_scope_properties_and_entries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "truncate-to-high-watermark\n" in printed
    assert "scope: replicas,log_size,records,epochs\n" in printed
    assert "properties: weak-isr, strong-isr, leader-in-isr\n" in printed
    assert "3,2,2,2  all properties  holds    737,794    26\n" in printed


def test_list_of_one_model_shows_what_breaks_and_which_bug_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "kip-101"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("kip-101\n    KIP-101: ")
    assert "12 strong-isr               7 KAFKA-7128\n" in printed


def test_list_as_json_has_an_object_for_each_entry(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(CATALOGUE)
    (bug,) = (row for row in rows if row["bug"] == 3)
    assert (bug["name"], bug["trace_length"]) == ("kip-101", 12)
    assert all(row["source"] for row in rows)
