"""`logion check-history`: what it prints, and what it ends with."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from logion_model.history import cli

from tests.logion_model.history.told import events_of

Capsys = pytest.CaptureFixture[str]
PAGE = Path(__file__).parents[3] / "docs/history.md"

LOST = """p0 ok send a 1@0
          p0 ok send a 2@1
          p1 ok poll a 2@1"""

TOLERATED = """p0 0-5 ok send a 1@0; send b 1@1
               p1 1-4 ok send a 2@1; send b 2@0
               p2 6-7 ok poll a 1@0 2@1, b 2@0 1@1"""


def written(text: str, folder: Path) -> str:
    """Return the name of a file with this history."""
    file = folder / "history.jsonl"
    file.write_text("".join(f"{json.dumps(event)}\n" for event in events_of(text)))
    return str(file)


def test_a_report_shows_the_operations_that_prove_it(
    tmp_path: Path, capsys: Capsys
) -> None:
    assert cli.main([written(LOST, tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("3 operations: 2 anomalies of 2 kinds\n\nlost-write: 1: ")
    assert "\n    lines 1-2: process p0 send ok: send a 1 at 0\n" in printed
    assert "\n    lines 5-6: process p1 poll ok: poll a 2@1\n" in printed


def test_a_circle_is_shown_with_its_reasons(tmp_path: Path, capsys: Capsys) -> None:
    assert cli.main([written(TOLERATED, tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        "3 operations: nothing but what Kafka may show\n\nG0: 1, "
    )
    assert "G0: 1, tolerated: operations wrote before each other" in printed
    assert "\n      ww: its 1 stands before 2 of a by lines 2-3\n" in printed
    assert "\n      ww: its 2 stands before 1 of b by lines 1-4\n" in printed


SEEN = """p1 0-9 ok send a 1@0; poll b 2@0
          {0} 1-2 ok poll a 1@0
          {1} 3-4 ok send b 2@0"""


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("p0", "p0", "process: then the same process began lines 4-5"),
        ("p0", "p2", "realtime: it had ended before the beginning of lines 4-5"),
    ],
)
def test_a_circle_in_time_says_so(
    first: str, second: str, reason: str, tmp_path: Path, capsys: Capsys
) -> None:
    assert cli.main([written(SEEN.format(first, second), tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert f"\n      {reason}\n" in printed
    assert "\n      wr: its 1 of a was polled by lines 2-3\n" in printed


def test_kinds_of_which_some_are_tolerated_say_how_many(
    tmp_path: Path, capsys: Capsys
) -> None:
    again = "\np0 ok poll a 1@0\np0 ok poll a 1@0"
    subscribed = again.replace("p0", "p1")
    text = f"p2 ok send a 1@0{again}\np1 subscribe a{subscribed}\np3 open send a 2"
    assert cli.main([written(text, tmp_path)]) == 1
    assert "nonmonotonic-poll: 2, 1 of them tolerated: " in capsys.readouterr().out


def test_strict_tolerates_nothing(tmp_path: Path) -> None:
    assert cli.main([written(TOLERATED, tmp_path), "--strict"]) == 1


def test_nothing_wrong_ends_with_0(tmp_path: Path, capsys: Capsys) -> None:
    assert cli.main([written("p0 ok poll", tmp_path)]) == 0
    assert capsys.readouterr().out == "1 operations: nothing is wrong\n"


def test_json_has_the_same(tmp_path: Path, capsys: Capsys) -> None:
    assert cli.main([written(LOST, tmp_path), "--json", "--examples", "1"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["valid"], found["operations"]) == (False, 3)
    lost = found["anomalies"]["lost-write"]
    assert (lost["count"], lost["tolerated"]) == (1, 0)
    (example,) = lost["examples"]
    assert (example["key"], example["values"]) == ("a", [1, 2])
    assert [it["invoked"] for it in example["operations"]] == [1, 5]
    assert cli.main([written(TOLERATED, tmp_path), "--json"]) == 0
    (circle,) = json.loads(capsys.readouterr().out)["anomalies"]["G0"]["examples"]
    assert [it["relation"] for it in circle["cycle"]] == ["ww", "ww"]


def test_a_long_poll_is_shown_around_what_matters(
    tmp_path: Path, capsys: Capsys
) -> None:
    sends = "; ".join(f"send a {n}@{n}" for n in range(30))
    polled = " ".join(f"{n}@{n}" for n in range(30) if n != 20)
    text = f"p0 ok {sends}\np1 ok poll a {polled}, b"
    assert cli.main([written(text, tmp_path)]) == 1
    assert "poll a ... 18@18 19@19 21@21 22@22 ...; ...\n" in capsys.readouterr().out


def test_progress_is_shown_on_a_terminal_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capsys,
) -> None:
    name = written(LOST, tmp_path)
    monkeypatch.setattr(cli, "LINES_BETWEEN", 3)
    cli.main([name])
    assert capsys.readouterr().err == ""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    cli.main([name])
    assert re.search(r"3 lines read, \d\d%.*6 lines read, 100%", terminal.getvalue())
    assert terminal.getvalue().endswith("looking for anomalies\r\x1b[K")


def test_a_history_may_come_from_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(written(LOST, tmp_path)).open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert cli.main(["-"]) == 1


def test_what_cannot_be_judged_ends_with_2(tmp_path: Path, capsys: Capsys) -> None:
    file = tmp_path / "none.jsonl"
    assert cli.main([str(file)]) == 2
    assert "No such file" in capsys.readouterr().err
    file.write_text("\n{}\n")
    assert cli.main([str(file)]) == 2
    said = f"logion check-history: {file}: line 2: process is None: expected a"
    assert capsys.readouterr().err.startswith(said)


def test_the_example_of_the_page_is_what_is_printed(
    tmp_path: Path, capsys: Capsys
) -> None:
    history, printed = re.findall(
        r"```(?:json|console)\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    file = tmp_path / "history.jsonl"
    file.write_text(history)
    assert cli.main([str(file)]) == 1
    command = "$ logion check-history history.jsonl\n"
    assert command + capsys.readouterr().out == printed
