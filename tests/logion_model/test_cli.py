from __future__ import annotations

import json

import pytest
from logion_model import cli
from logion_model.cli import main
from logion_model.entry import expect

TRUNCATING = ["check", "truncate-to-high-watermark", "--scope"]


def test_list_names_every_model_with_its_scope_and_properties(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert "truncate-to-high-watermark\n" in printed
    assert "scope: replicas,log_size,records,epochs\n" in printed
    assert "properties: weak-isr, strong-isr, leader-in-isr\n" in printed


def test_check_counts_the_states_and_exits_0_when_everything_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,0"]) == 0
    printed = capsys.readouterr().out
    assert "truncate-to-high-watermark at 2,2,2,0: holds\n95 states, " in printed
    assert "depth 12\n" in printed


def test_check_without_a_property_counts_on_after_a_violation_and_exits_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["distinct"], found["depth"]) == (1_251, 16)
    lengths = {broken["property"]: broken["length"] for broken in found["violations"]}
    assert lengths == {"weak-isr": 9, "strong-isr": 10}


def test_check_of_one_property_prints_its_shortest_counterexample(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--property", "weak-isr"]) == 1
    printed = capsys.readouterr().out
    assert "violates weak-isr (Kafka documentation" in printed
    assert "  8. become_follower(1, 0, 1)\n" in printed
    assert "  9. " not in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scope", "2,2"], "wants replicas,log_size,records,epochs"),
        (["--scope", "two"], "scope 'two' is not numbers"),
        (["--scope", "2,2,2,0", "--property", "none"], "has no property none"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_was_wanted(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "kip-101", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_check_without_a_model_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--scope", "2,2,2,0"]) == 2
    assert "which model?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [["--property", "weak-isr"], ["--json"], ["--states-max", "9"]]
)
def test_check_all_takes_nothing_but_a_model(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--all", "kip-101", *option]) == 2
    assert "--all knows what to check" in capsys.readouterr().err


def test_a_search_that_was_bounded_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TRUNCATING, "2,2,2,0", "--states-max", "10"]) == 0
    assert "bounded" in capsys.readouterr().out


def test_check_all_checks_what_the_catalogue_says_of_a_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--all", "log"]) == 0
    printed = capsys.readouterr().out
    assert (
        "ok    log at 3,2,1, all properties: 1,832 states, depth 12, holds" in printed
    )


def test_check_all_exits_1_when_something_else_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "CATALOGUE", (expect("log", (2, 2, 1), 1, 1),))
    assert main(["check", "--all", "log"]) == 1
    printed = capsys.readouterr().out
    assert "WRONG log at 2,2,1, all properties: 1 states, depth 1, holds\n" in printed
    assert "      found 223 states" in printed
