from __future__ import annotations

import json

import pytest
from logion_model.cli import main
from logion_model.commands import mutants

MUTANTS = ["mutants", "control-requests"]


def test_each_guard_has_its_fate_and_the_unexplained_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(MUTANTS)
    printed = capsys.readouterr().out
    assert "    _obeys: order.is_online\n" in printed
    assert "        killed by newest-counts after 4 at 4,1, 41 states\n" in printed
    assert "6 mutants: 5 killed" in printed


def test_what_is_not_killed_must_have_an_argument(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(MUTANTS) == 0
    assert "5 killed, 0 unexplained" in capsys.readouterr().out
    monkeypatch.setattr(mutants, "argument_for", lambda *_: "")
    assert main(MUTANTS) == 1
    assert "5 killed, 1 unexplained" in capsys.readouterr().out


def test_json_is_one_object_with_a_row_for_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([*MUTANTS, "--json"])
    rows = json.loads(capsys.readouterr().out)["mutants"]
    assert len(rows) == 6
    assert {
        "model": "control-requests",
        "change": "_obeys: order.is_online",
        "verdict": "killed",
        "scope": "4,1",
        "killer": "newest-counts",
        "trace": 4,
        "states": 41,
    } in rows


def test_one_guard_by_name_is_shown_with_its_counterexample(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*MUTANTS, "--guard", "_obeys: order.is_online"]) == 0
    printed = capsys.readouterr().out
    assert "violates newest-counts (KIP-570" in printed
    assert "  3. arrive(0)\n" in printed


def test_a_guard_that_breaks_nothing_is_shown_without_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*MUTANTS, "--guard", "command: newest.is_online"]) == 0
    assert "survives at 5,2" in capsys.readouterr().out


def test_a_variant_without_guards_of_its_own_says_who_has_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["mutants", "kip-279"]) == 2
    told = "the guards of kip-279 are those of kip-320, kip-320-as-in-brokers, kip-101"
    assert told in capsys.readouterr().err


def test_an_unknown_guard_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*MUTANTS, "--guard", "odd"]) == 2
    assert "no guard is called 'odd'" in capsys.readouterr().err
