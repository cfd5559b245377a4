"""What would not fit in memory is refused, and what is broken at once is told."""

from __future__ import annotations

import re

import pytest
from logion_model.cli import main
from logion_model.commands import fitting, single


@pytest.mark.world
@pytest.mark.parametrize(
    "way", [[], ["--hashed"], ["--fast"], ["--processes", "2"]], ids=str
)
def test_a_scope_that_would_not_fit_is_refused_unless_forced(
    way: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fitting, "SOUNDINGS", (100, 1_000))
    monkeypatch.setattr(fitting, "free_memory", lambda: 10_000)
    checked = ["check", "kip-320", "--scope", "2,2,2,1", *way]
    assert main(checked) == 2
    refused = capsys.readouterr().err
    assert re.search(r"about [\d,]+ states, \d+ bytes each: .* GB are free", refused)
    assert main([*checked, "--force"]) == 0


@pytest.mark.world
@pytest.mark.parametrize(
    "way", [[], ["--hashed"], ["--fast"], ["--processes", "2"]], ids=str
)
def test_a_search_that_grows_beyond_its_estimate_is_refused_on_its_way(
    way: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fitting, "SOUNDINGS", ())
    monkeypatch.setattr(fitting, "LOOKS", ((100, 10**9), (700, 1)))
    monkeypatch.setattr(fitting, "free_memory", lambda: 10_000)
    assert main(["check", "kip-320", "--scope", "2,2,2,1", *way]) == 2
    assert " GB are free" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "scope", "options"),
    [
        ("kip-320", "300,300,300,300", []),
        ("kip-320", "300,300,300,300", ["--fast"]),
        ("kip-320", "300,300,300,300", ["--hashed"]),
        ("kip-320", "300,300,300,300", ["--processes", "2"]),
        ("consumer-group-kip-848", "9,9,9", []),
        ("consumer-group-kip-848", "9,9,9", ["--property", "settles"]),
    ],
)
def test_an_immense_scope_is_refused_before_any_search(
    name: str,
    scope: str,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for search in ("explore_while_it_fits", "explore_packed", "shared_among"):
        monkeypatch.setattr(single, search, None)
    assert main(["check", name, "--scope", scope, *options]) == 2
    assert "bytes each: " in capsys.readouterr().err


def test_a_scope_of_which_one_state_would_be_too_long_is_refused_unmade(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(single, "_begun", None)
    assert main(["check", "kip-320", "--scope", "2,2,2,1000000000"]) == 2
    assert "numbers up to 1,000 can be looked at" in capsys.readouterr().err


@pytest.mark.parametrize("way", [[], ["--hashed"], ["--processes", "1"]], ids=str)
def test_what_is_broken_at_once_is_told_and_not_taken_for_too_large(
    way: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    broken = ["cached-isr-kafka-2729", "--property", "isr-is-not-frozen"]
    assert main(["check", *broken, *way]) == 1
    assert "1. controller_write(1)" in capsys.readouterr().out


def test_what_is_broken_at_once_is_told_however_large_the_scope_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = ["cached-isr-kafka-2729", "--property", "isr-is-not-frozen"]
    assert main(["check", *broken, "--scope", "300,300"]) == 1
    assert "1. controller_write(1)" in capsys.readouterr().out
