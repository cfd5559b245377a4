from __future__ import annotations

import pytest
from logion.cli import broker
from logion_harness.miniatures.__main__ import WRONG, main
from logion_harness.miniatures.catalogue import MINIATURES
from logion_harness.miniatures.miniature import Miniature


def test_without_arguments_it_says_what_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([]) == 0
    assert "--judge NAME" in capsys.readouterr().out


def test_all_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == [it.name for it in MINIATURES]


def test_an_unknown_name_is_told_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["kafka", "--listen", "127.0.0.1:0"]) == WRONG
    assert f"expected one of {MINIATURES[0].name}, " in capsys.readouterr().err


@pytest.mark.parametrize(
    "miniature",
    [MINIATURES[0], next(it for it in MINIATURES if it.release == "0.10.0")],
    ids=lambda it: it.release,
)
def test_one_is_run_as_the_reference_is(
    miniature: Miniature, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def run(arguments: list[str]) -> int:
        given.extend(arguments)
        return 3

    monkeypatch.setattr(broker, "main", run)
    assert main([miniature.name, "--listen", "127.0.0.1:0"]) == 3
    assert given == ["--release", miniature.release, "--listen", "127.0.0.1:0"]


def test_to_judge_needs_a_name() -> None:
    assert main(["--judge"]) == WRONG
