from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from logion_model.bugs import shows
from logion_model.catalogue import check
from logion_model.cli import main
from logion_model.commands import many, single
from logion_model.commands.console import Watcher
from logion_model.entry import Entry, expect
from logion_model.kernel import Progress, Report, Search

TRUNCATING = ["check", "truncate-to-high-watermark", "--scope"]


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
        (["--scope", "2,2,2,0", "--property", "odd"], "has no property odd"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_was_wanted(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "kip-101", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["list", "check", "explore"])
def test_a_name_that_is_misspelt_is_told_with_those_like_it(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, "kip-849"])
    assert "there is no kip-849, but kip-848" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([command, "raft"])
    assert "there is no raft; `logion model list` has" in capsys.readouterr().err


def test_check_without_a_model_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--scope", "2,2,2,0"]) == 2
    assert "which model?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [["--property", "weak-isr"], ["--states-max", "9"], ["--checkpoint", "f"]]
)
@pytest.mark.parametrize("many_at_once", [["--all"], ["--quick"], ["--bugs", "0.10.0"]])
def test_options_for_one_check_are_refused_with_many(
    option: list[str], many_at_once: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *many_at_once, *option]) == 2
    assert f"{option[0]} is for a check of one model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--walks 5 --fast", "--walks is no search: leave out --fast"),
        ("--walks 3 --processes 2", "--walks is no search: leave out --processes"),
        ("--walks 3 --hashed", "--walks is no search: leave out --hashed"),
        ("--walks 3 --states-max 9", "--walks is no search: leave out --states-max"),
        ("--walks 3 --checkpoint f", "--walks is no search: leave out --checkpoint"),
        ("--walks 3 --force", "--walks is no search: leave out --force"),
        ("--fast --hashed", "--fast keeps every state: choose it or --hashed"),
        ("--fast --processes 2", "--fast keeps every state: choose it or --processes"),
        ("--fast --checkpoint f", "--fast keeps nothing to go on with: leave out"),
        ("--seed 0", "--seed is of random walks: it goes with --walks N"),
        ("--walks 0", "--walks 0: a positive number is expected"),
        ("--walks -3", "--walks -3: a positive number is expected"),
        ("--states-max -5", "--states-max -5: a positive number is expected"),
        ("--states-max 0", "--states-max 0: a positive number is expected"),
        ("--processes 0", "--processes 0: a positive number is expected"),
        ("--property weak-isr --property none", "--property none judges nothing: it"),
        ("--property none --property none", "--property none judges nothing: it"),
        ("--resume file", "goes on with its own model: leave out kip-320"),
    ],
)
def test_options_that_would_not_be_heeded_are_refused_in_a_line(
    options: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "kip-320", *options.split()]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("option", [["--processes", "2"], ["--force"], ["--seed", "1"]])
def test_how_one_is_searched_is_refused_with_many(
    option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--quick", *option]) == 2
    assert f"{option[0]} is for a check of one model" in capsys.readouterr().err


def test_a_search_that_was_bounded_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TRUNCATING, "2,2,2,0", "--states-max", "10"]) == 0
    assert "bounded" in capsys.readouterr().out


def test_check_all_checks_what_the_catalogue_says_of_a_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "--all", "out-of-range"]) == 0
    printed = capsys.readouterr().out
    known = "out-of-range at 3,2, all properties: 625 states, depth 17, holds"
    assert f"ok    {known}" in printed
    assert "2 checked in " in printed
    assert ": all as expected\n" in printed


def test_check_all_exits_1_when_something_else_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(many, "CATALOGUE", (expect("log", (2, 2, 1), 1, 1),))
    assert main(["check", "--all", "log"]) == 1
    printed = capsys.readouterr().out
    assert "WRONG log at 2,2,1, all properties: 1 states, depth 1, holds" in printed
    assert "      found 223 states" in printed
    assert "1 WRONG" in printed


def test_quick_leaves_out_what_takes_long_and_prints_one_object(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    short = expect("kip-320", (2, 2, 2, 0), 93, 12)
    long = replace(short, scope=(9, 9, 9, 9), quick=False)
    monkeypatch.setattr(many, "CATALOGUE", (short, long))
    assert main(["check", "--quick", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["wrong"] == 0
    (row,) = found["entries"]
    assert (row["name"], row["scope"], row["distinct"]) == ("kip-320", [2, 2, 2, 0], 93)
    assert row["difference"] is None


def test_the_bugs_of_a_release_are_shown_with_their_cures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = expect("truncate-to-high-watermark", (2, 2, 2, 1), weak_isr=9)
    monkeypatch.setattr(many, "CATALOGUE", (shows(1, broken, cure="kip-320"),))
    assert main(["check", "--bugs", "0.10.0"]) == 0
    printed = capsys.readouterr().out
    assert "bug 1, KIP-101: followers truncate to their high watermark\nok  " in printed
    assert "ok    kip-320 at 2,2,2,1, weak-isr: holds" in printed
    assert (
        "bug 2, KAFKA-3919: replicas that lost power diverge\n      no entry" in printed
    )


def test_a_bug_that_is_mended_later_is_shown_even_if_nobody_says_since_when(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(many, "CATALOGUE", ())
    assert main(["check", "--bugs", "2.4.1"]) == 0
    printed = capsys.readouterr().out
    assert (
        "bug 13, KIP-966: the last replica standing loses its log\n      no" in printed
    )
    told = "      mended in 2.7.0; since when is not known\n"
    assert f"log's end never ends\n{told}" in printed


def test_the_bugs_that_no_entry_shows_are_named_in_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = expect("truncate-to-high-watermark", (2, 2, 2, 1), weak_isr=9)
    monkeypatch.setattr(many, "CATALOGUE", (shows(1, broken, cure="kip-320"),))
    assert main(["check", "--bugs", "0.10.0", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in found["entries"]] == [broken.name, "kip-320"]
    bugs = {bug["number"]: bug for bug in found["bugs"]}
    assert bugs[1]["entries"] == 2
    assert bugs[26] == {
        "number": 26,
        "id": "KIP-62",
        "title": "slow work costs the membership",
        "mended": "0.10.1.0",
        "since_known": True,
        "entries": 0,
    }
    assert bugs[27]["entries"] == 0
    assert not bugs[14]["since_known"]


@pytest.mark.parametrize(
    ("release", "complaint"),
    [
        ("9.9", "no bug is known that '9.9' has"),
        ("trunk", "'trunk' is no release such as 0.10.0 or 2.4.1"),
        ("", "'' is no release"),
    ],
)
def test_a_release_of_which_no_bug_is_known_is_refused(
    release: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--bugs", release]) == 2
    assert complaint in capsys.readouterr().err


def test_the_bugs_of_a_release_are_not_asked_of_one_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "kip-320", "--bugs", "2.0.0"]) == 2
    assert "leave out the name" in capsys.readouterr().err


def test_one_json_object_says_what_was_found_and_what_was_expected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--property", "weak-isr", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "truncate-to-high-watermark"
    assert found["scope"] == [2, 2, 2, 1]
    assert found["verdict"] == "violated"
    assert (found["distinct"], found["depth"], found["trace_length"]) == (435, 9, 9)
    assert found["seconds"] >= 0
    assert "violates weak-isr after 9" in found["expected"]
    assert found["difference"] is None


def test_the_property_none_counts_states_without_judging_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--property", "none", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["distinct"], found["verdict"]) == (1_251, "holds")
    assert found["trace_length"] is None
    assert found["expected"].endswith("states only: 1,251 states, depth 16, holds")


def test_without_a_scope_the_first_of_the_catalogue_is_explored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "kip-320"]) == 0
    assert "kip-320 at 2,2,2,0: holds\n93 states, " in capsys.readouterr().out


def test_what_is_not_as_expected_is_said_and_exits_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = expect("kip-320", (2, 2, 2, 0), 94, 12)
    monkeypatch.setattr(single, "expected", lambda *_: wrong)
    assert main(["check", "kip-320", "--scope", "2,2,2,0"]) == 1
    printed = capsys.readouterr().out
    assert "NOT AS EXPECTED: kip-320 at 2,2,2,0, all properties: 94 states" in printed
    assert "found 93 states, depth 12, holds\n" in printed


def test_a_search_that_is_not_kept_stops_at_a_bound_and_says_so_when_interrupted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = ["check", "kip-320", "--scope", "2,2,2,1", "--fast"]
    assert main([*checked, "--states-max", "300"]) == 0
    assert "kip-320 at 2,2,2,1: bounded" in capsys.readouterr().out
    monkeypatch.setattr(Watcher, "__call__", interrupted_at_once)
    assert main(checked) == 130
    assert "interrupted; nothing is kept to go on with" in capsys.readouterr().err


def interrupted_at_once(watcher: Watcher, _: object) -> bool:
    watcher.stopped = "interrupted"
    return False


@pytest.mark.parametrize("way", [[], ["--hashed"]], ids=str)
def test_a_search_that_was_interrupted_goes_on_from_its_file(
    way: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(single, "explore_while_it_fits", explored_until_interrupted)
    file = str(tmp_path / "kept")
    checked = ["check", "kip-320", "--scope", "2,2,2,1"]
    assert main([*checked, *way, "--checkpoint", file]) == 130
    stopped = capsys.readouterr()
    assert f"`logion model check --resume {file}` goes on" in stopped.err
    assert "bounded" in stopped.out
    monkeypatch.undo()
    assert main(["check", "--resume", file, "--processes", "2"]) == 2
    assert "left by 1 and goes on by as many" in capsys.readouterr().err
    assert main(["check", "--resume", file]) == 0
    assert "957 states" in capsys.readouterr().out


def explored_until_interrupted(
    search: Search[object], watcher: Watcher, options: object
) -> None:
    """Explore as the user does who presses Ctrl-C after 500 states."""
    search.run(watcher, states_max=500)
    signal.raise_signal(signal.SIGINT)
    search.run(watcher)


def test_a_shared_search_that_was_interrupted_goes_on_from_its_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def watched(watcher: Watcher, progress: Progress) -> bool:
        if progress.distinct > 500:
            watcher.stopped = "interrupted"
        return not watcher.stopped

    file = str(tmp_path / "kept")
    checked = ["check", "kip-320", "--scope", "2,2,2,1", "--processes", "2"]
    monkeypatch.setattr(Watcher, "__call__", watched)
    assert main([*checked, "--checkpoint", file]) == 130
    assert f"`logion model check --resume {file}` goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["check", "--resume", file, "--processes", "3"]) == 2
    told = "kept was left by 2 and goes on by as many: leave out --processes 3"
    assert told in capsys.readouterr().err
    assert main(["check", "--resume", file]) == 0
    assert "957 states" in capsys.readouterr().out
    assert main([*checked, "--states-max", "300"]) == 0
    assert "kip-320 at 2,2,2,1: bounded" in capsys.readouterr().out


def test_ctrl_c_ends_a_check_of_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(entry: Entry, watcher: Watcher) -> Report[object]:
        signal.raise_signal(signal.SIGINT)
        return check(entry, watcher)

    monkeypatch.setattr(many, "check", interrupted)
    assert main(["check", "--quick", "log"]) == 130
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", ["", "{}", '{"format": "other"}', "[]"])
def test_a_file_that_is_no_search_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text(content)
    assert main(["check", "--resume", str(file)]) == 2
    assert str(file) in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--resume", str(tmp_path / "no")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_the_fast_search_is_asked_for_by_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--fast", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["distinct"], found["depth"], found["trace_length"]) == (1_251, 16, 9)
    assert found["difference"] is None
    assert main(["check", "log", "--fast"]) == 2
    assert "log has no fast search" in capsys.readouterr().err


def found_by(
    search: list[str], capsys: pytest.CaptureFixture[str]
) -> tuple[int, dict[str, object]]:
    """Return the exit status of a check of kip-320, and what it prints but for time."""
    status = main(["check", "kip-320", "--json", *search])
    return status, json.loads(capsys.readouterr().out) | {"seconds": 0}


@pytest.mark.parametrize("scope", ["2,2,0,1", "2,2,2,1"])
def test_of_few_states_the_fast_search_tells_what_the_readable_one_tells(
    scope: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fast = found_by(["--scope", scope, "--fast"], capsys)
    assert fast == found_by(["--scope", scope], capsys)
    assert fast[0] == (1 if scope == "2,2,0,1" else 0)


def test_of_more_states_the_fast_search_says_that_it_counts_no_actions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(single, "COUNTED_MAX", 64)
    _, found = found_by(["--scope", "2,2,0,1", "--fast"], capsys)
    uncounted = [found[name] for name in ("taken", "never_taken", "unreached")]
    assert uncounted == [None, None, None]
    assert main(["check", "kip-320", "--scope", "2,2,0,1", "--fast"]) == 0
    told = "kip-320 at 2,2,0,1: holds; actions are not counted by --fast\n65 states"
    assert told in capsys.readouterr().out


def test_of_a_fast_search_that_stops_early_no_actions_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    weak = [*TRUNCATING, "2,2,2,1", "--property", "weak-isr", "--fast", "--json"]
    assert main(weak) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["taken"], found["trace_length"]) == (None, 9)


def test_the_hashed_search_is_asked_for_by_name_and_prints_the_odds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--hashed", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["distinct"], found["depth"], found["trace_length"]) == (1_251, 16, 9)
    assert found["odds_of_collision"] == pytest.approx(4.2e-14, rel=0.01)
    assert main([*TRUNCATING, "2,2,2,1", "--hashed", "--states-max", "90"]) == 0
    assert "odds that a state was missed: " in capsys.readouterr().out
    assert main([*TRUNCATING, "2,2,2,1", "--hashed", "--fast"]) == 2
    assert "choose it or --hashed" in capsys.readouterr().err


def test_a_search_is_shared_among_processes_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*TRUNCATING, "2,2,2,1", "--processes", "2", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["distinct"], found["depth"], found["trace_length"]) == (1_251, 16, 9)


def test_random_walks_are_asked_for_with_their_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    walks = [*TRUNCATING, "4,5,9,9", "--walks", "3000", "--seed", "1"]
    assert main(walks) == 1
    printed = capsys.readouterr().out
    assert "truncate-to-high-watermark at 4,5,9,9: violated" in printed
    assert main([*TRUNCATING, "2,2,2,0", "--walks", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "bounded"
