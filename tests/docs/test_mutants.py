"""`docs/mutants.md` is what the command prints, and what it says is so."""

from __future__ import annotations

from pathlib import Path

import pytest
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.entry import written
from logion_model.mutants import kip_320
from logion_model.mutants.arguments import ARGUMENTS
from logion_model.mutants.judging import KILLED, fate, worlds
from logion_model.mutants.subjects import FURTHER, SUBJECTS, guards_of

from tests.mutation import code, cross_check, models, page
from tests.mutation.planted import PLANTED, Planted
from tests.mutation.reasons import reason

ROOT = Path(__file__).parents[2]

SMALL = [
    name
    for name in SUBJECTS
    if name not in {"kip-320", "kip-966", "group-classic", "kip-848", "log-folder"}
]
"""Models whose guards are found in a second or so."""

STATES_MAX = 100
"""What was killed after so many states is judged again."""

KILLED_MIN = 0.9


def test_the_document_is_what_the_command_prints() -> None:
    assert (ROOT / "docs/mutants.md").read_text() == page.document(), (
        "run `make status`"
    )


@pytest.mark.world
@pytest.mark.parametrize("name", SMALL)
def test_every_guard_is_on_the_page_and_the_quickest_die_as_it_says(name: str) -> None:
    rows = {it["change"]: it for it in models.read()[name]}
    again = f"run `python -m tests.mutation.models {name}` and `make status`"
    assert list(rows) == [it.name for it in guards_of(name)], again
    killed = {
        it: row
        for it, row in rows.items()
        if row["verdict"] == KILLED and row["trace"] and row["states"] <= STATES_MAX
    }
    for change in guards_of(name):
        if row := killed.get(change.name):
            scope = tuple(map(int, row["scope"].split(",")))
            found = fate(change, worlds(name, (scope,)))
            assert (found.killer, found.trace) == (row["killer"], row["trace"])


def test_every_guard_that_is_not_killed_has_an_argument_and_only_those() -> None:
    rules = {row.change.name for row in kip_320.ROWS}
    left = {
        (name, row["change"])
        for name, rows in models.read().items()
        for row in rows
        if row["verdict"] != KILLED and row["change"] not in rules
    }
    argued = {(name, it) for name, known in ARGUMENTS.items() for it in known}
    assert argued == left


def test_a_guard_that_needs_a_larger_world_is_killed_there() -> None:
    for name, further in FURTHER.items():
        rows = {it["change"]: it for it in models.read()[name]}
        for guard, scope in further.items():
            assert rows[guard]["verdict"] == KILLED
            assert rows[guard]["scope"] == written(scope)


def test_every_specification_of_the_catalogue_has_its_guards_switched_off() -> None:
    first = {entry.name: entry.scope for entry in reversed(CATALOGUE)}
    kinds = {name: type(MODELS[name].at(first[name]).initial[0]) for name in MODELS}
    assert set(kinds.values()) == {kinds[name] for name in SUBJECTS}
    assert set(models.read()) == set(SUBJECTS)


def test_the_rules_of_kip_320_are_recorded_as_they_must_be() -> None:
    rows = {it["change"]: it for it in models.read()["kip-320"]}
    for row in kip_320.ROWS:
        recorded = rows[row.change.name]
        scope = ",".join(map(str, row.scope))
        assert (recorded["scope"], recorded["trace"]) == (scope, row.trace)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda it: it.what)
def test_a_planted_bug_is_one_that_its_suite_plants(planted: Planted) -> None:
    suite = (ROOT / "tests/logion_harness" / planted.suite).read_text()
    assert f"def {planted.bug}(" in suite
    assert planted.bug in suite.partition("\nPLANTED")[2]


@pytest.mark.parametrize("module", code.MODULES)
def test_a_module_and_the_tests_that_guard_it_are_there(module: str) -> None:
    assert (ROOT / "reference/logion" / module).exists()
    assert all((ROOT / it).exists() for it in code.MODULES[module])


def test_what_was_found_is_stale_once_its_module_changes() -> None:
    module = "log/epochs.py"
    text = (code.SOURCES / module).read_bytes()
    fresh = code.Found("2026-11-29", 1, (), code.source_of(text))
    assert not code.is_stale(module, fresh)
    changed = fresh._replace(source=code.source_of(text + b"\n"))
    assert code.is_stale(module, changed)


def test_a_mutant_that_no_test_has_met_yet_is_no_survivor(tmp_path: Path) -> None:
    data = tmp_path / "mutants/src/logion/log/epochs.py.meta"
    data.parent.mkdir(parents=True)
    data.write_text('{"exit_code_by_key": {"a": 1, "b": 0, "c": null, "d": -24}}')
    assert code.survivors(tmp_path, "log/epochs.py") == ["b"]
    found = code.Found("2026-11-29", 2, ("b",), "", waiting=1)
    assert (found.judged, found.share) == (3, 2 / 3)


@pytest.mark.parametrize("module", code.RECORD.read())
def test_nine_of_ten_mutants_are_killed(module: str) -> None:
    assert code.RECORD.read()[module].share >= KILLED_MIN


def test_nine_of_ten_of_another_tools_changes_are_killed() -> None:
    found = cross_check.RECORD.read().values()
    drawn = sum(it.judged for it in found)
    assert sum(it.killed for it in found) >= KILLED_MIN * drawn > 0


def test_every_survivor_of_the_code_has_a_reason() -> None:
    found = (*code.RECORD.read().values(), *cross_check.RECORD.read().values())
    left = [it for each in found for it in each.survivors]
    assert [it for it in left if reason(it) == "not examined"] == []
