from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from logion_model import checkpoint
from logion_model.catalogue import CATALOGUE, MODELS, specification
from logion_model.checkpoint import (
    About,
    CheckpointError,
    about,
    load,
    load_shared,
    processes,
    save,
)
from logion_model.cli import main
from logion_model.entry import Entry
from logion_model.kernel import (
    HashedSearch,
    Report,
    Search,
    Watch,
    breadth,
    explore,
    explore_hashed,
    shared_among,
)

FIRST = {entry.name: entry for entry in reversed(CATALOGUE) if entry.distinct}


def stopped(entry: Entry, states: int) -> tuple[About, Search[Any]]:
    """Return a search of an entry's states that was stopped after so many."""
    asked = About(entry.name, entry.scope, None)
    search = Search.begun(MODELS[entry.name].at(entry.scope), None, to_the_end=True)
    search.run(states_max=states)
    return asked, search


@pytest.mark.world
@pytest.mark.parametrize("entry", FIRST.values(), ids=lambda entry: entry.name)
def test_a_search_that_goes_on_from_disk_finds_what_one_without_a_break_finds(
    entry: Entry, tmp_path: Path
) -> None:
    asked, search = stopped(entry, states=20)
    save(tmp_path / "file", asked, search)
    assert about(tmp_path / "file") == asked
    went_on: Report[Any] = load(tmp_path / "file", MODELS[entry.name]).run()
    assert went_on == explore(MODELS[entry.name].at(entry.scope), to_the_end=True)


@pytest.mark.parametrize("states", [20, 700])
@pytest.mark.parametrize("name", ["log", "group-classic", "kip-320"])
def test_a_hashed_search_goes_on_from_disk_too(
    name: str, states: int, tmp_path: Path
) -> None:
    entry = FIRST[name]
    spec, asked = MODELS[name].at(entry.scope), About(name, entry.scope, None)
    search = HashedSearch.begun(spec, None, to_the_end=True)
    search.run(stopping_after(states))
    save(tmp_path / "file", asked, search)
    went_on = load(tmp_path / "file", MODELS[name])
    assert isinstance(went_on, HashedSearch)
    assert (went_on.distinct, went_on.progress) == (search.distinct, search.progress)
    assert went_on.run() == explore_hashed(spec, to_the_end=True)


def stopping_after(states: int) -> Watch:
    return lambda progress: progress.generated < states


def test_a_hashed_search_stopped_within_a_level_finds_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breadth, "WATCHED_EVERY", 7)
    model, scope = MODELS["truncate-to-high-watermark"], (2, 2, 2, 1)
    search = HashedSearch.begun(model.at(scope), ["weak-isr"], to_the_end=False)
    search.run(stopping_after(500))
    assert 0 < search.expanded < len(search.level)
    save(tmp_path / "file", About(model.name, scope, ("weak-isr",)), search)
    report = load(tmp_path / "file", model).run()
    assert report == explore_hashed(model.at(scope), invariants=["weak-isr"])


def test_a_damaged_file_of_a_shared_search_is_refused(tmp_path: Path) -> None:
    file, entry = tmp_path / "file", FIRST["log"]
    with shared_among(partial(specification, "log", entry.scope), 1) as search:
        search.begin()
        search.run(stopping_after(20))
        save(file, About("log", entry.scope, None), search)
        assert processes(file) == 1
        file.write_bytes(file.read_bytes()[:-100])
        with pytest.raises(CheckpointError, match="damaged"):
            load_shared(file, search)


@pytest.mark.parametrize("harmful", [print, Path])
def test_code_among_the_states_that_wait_is_refused(
    harmful: object, tmp_path: Path
) -> None:
    entry = FIRST["log"]
    spec = MODELS["log"].at(entry.scope)
    search = HashedSearch.begun(spec, None, to_the_end=True)
    save(tmp_path / "file", About("log", entry.scope, None), search)
    with (tmp_path / "file").open("ab") as file:
        pickle.dump([harmful], file)
    with pytest.raises(CheckpointError, match="is no part of a state"):
        load(tmp_path / "file", MODELS["log"])


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    asked, search = stopped(FIRST["log"], states=100)
    file = tmp_path / "file"
    save(file, asked, search)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="damaged"):
        load(file, MODELS["log"])


@pytest.mark.parametrize("harmful", [print, Path, pytest.main])
def test_a_file_that_would_run_code_is_refused(harmful: object, tmp_path: Path) -> None:
    asked, search = stopped(FIRST["log"], states=100)
    file = tmp_path / "file"
    save(file, asked, search)
    head = file.read_bytes().split(b"\n")[0]
    file.write_bytes(head + b"\n" + pickle.dumps(harmful))
    with pytest.raises(CheckpointError, match="is no part of a state"):
        load(file, MODELS["log"])


def test_a_function_of_the_model_is_no_part_of_a_state(tmp_path: Path) -> None:
    asked, search = stopped(FIRST["log"], states=100)
    file = tmp_path / "file"
    save(file, asked, search)
    head = file.read_bytes().split(b"\n")[0]
    file.write_bytes(head + b"\n" + pickle.dumps(stopped.__globals__["explore"]))
    with pytest.raises(CheckpointError, match="is no part of a state"):
        load(file, MODELS["log"])


def test_a_search_does_not_go_on_by_other_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, file = FIRST["log"], tmp_path / "file"
    save(file, *stopped(entry, states=20))
    with shared_among(partial(specification, "log", entry.scope), 1) as search:
        search.begin()
        save(tmp_path / "shared", About("log", entry.scope, None), search)
        monkeypatch.setattr(checkpoint, "digest_of", lambda *_: "of other source")
        with pytest.raises(CheckpointError, match="the source of log, or what"):
            load_shared(tmp_path / "shared", search)
    with pytest.raises(CheckpointError, match="file: the source of log, or what"):
        load(file, MODELS["log"])


@pytest.mark.parametrize(
    "value",
    [5, None, [], {}, {"unbroken": 5, "promises": 5}, {"unbroken": ()}],
    ids=str,
)
@pytest.mark.parametrize("is_hashed", [True, False])
def test_values_that_are_no_search_are_refused(
    value: object, is_hashed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, file = FIRST["log"], tmp_path / "file"
    kind = HashedSearch[Any] if is_hashed else Search[Any]
    search = kind.begun(MODELS["log"].at(entry.scope), None, to_the_end=True)
    save(file, About("log", entry.scope, None), search)
    head = file.read_bytes().split(b"\n")[0]
    file.write_bytes(head + b"\n" + pickle.dumps(value))
    assert main(["check", "--resume", str(file)]) == 2
    told = capsys.readouterr().err
    assert "file is damaged: " in told
    assert told.count("\n") == 1


def test_a_search_does_not_go_on_at_another_scope(tmp_path: Path) -> None:
    file = tmp_path / "file"
    save(file, *stopped(FIRST["log"], states=20))
    scope = b'"scope": ['
    file.write_bytes(file.read_bytes().replace(scope, scope + b"1", 1))
    with pytest.raises(CheckpointError, match="or what is asked of it, was changed"):
        load(file, MODELS["log"])


def test_a_file_is_named_after_the_model_and_its_scope() -> None:
    assert About("kip-320", (3, 2, 2, 2), None).file == Path("kip-320-3,2,2,2.search")
