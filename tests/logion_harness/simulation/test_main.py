from __future__ import annotations

import json
from pathlib import Path

import pytest
from logion.replica.watched import Watched
from logion_harness.simulation import __main__ as command
from logion_harness.simulation.__main__ import STORY_MAX, main, story_of
from logion_harness.simulation.plan import Plan, Reader, Sender
from logion_harness.simulation.play import play
from logion_model.history.reading import read_lines

PLAN = Plan(1, 1, (Sender(30, 1, 10, is_idempotent=True),), (Reader(30_000),))


def test_seeds_that_show_nothing_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--first", "7", "--seeds", "1"]) == 0
    assert capsys.readouterr().out == "1 seeds from 7 on: nothing is wrong\n"


def test_a_failure_prints_its_seed_and_story_and_writes_its_history(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Watched, "wake", lambda _: None)
    monkeypatch.setattr(command, "plan_of", lambda _: PLAN)
    file = tmp_path / "history.jsonl"
    assert main(["--first", "1", "--whole", "--history", str(file)]) == 1
    outcome = play(PLAN)
    head, story = capsys.readouterr().out.split("\n\n", 1)
    assert head == f"seed 1 fails, trace {outcome.hash}"
    assert story == f"{story_of(outcome)}\n"
    assert outcome.wrong[-1] in story
    assert f"... {len(outcome.story) - STORY_MAX} lines before" in story
    lines = file.read_bytes().splitlines()
    assert [json.loads(line) for line in lines] == list(outcome.history)
    assert read_lines(lines).operations
