"""Explore one model at one scope: begin or go on, estimate, stop, tell."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from logion_model import checkpoint
from logion_model.catalogue import CATALOGUE, MODELS, expected, specification
from logion_model.checkpoint import About, Alone, Kept
from logion_model.commands.console import (
    BROKEN,
    HOLDS,
    INTERRUPTED,
    Watcher,
    complain,
    watching,
    write,
)
from logion_model.commands.files import write_files
from logion_model.commands.fitting import (
    explore_while_it_fits,
    gate,
    refuse_if_too_large,
    refuse_number,
)
from logion_model.commands.outcome import Outcome
from logion_model.entry import Scope, written
from logion_model.kernel import (
    HashedSearch,
    Report,
    Search,
    Spec,
    explore,
    explore_packed,
    shared_among,
    simulate,
)
from logion_model.kernel.hashed import BYTES_EACH, judged_by

FAST_BYTES = 200
"""What the fast search needs for a state without numpy; a tenth of that with it."""

COUNTED_MAX = 5_000
"""The actions of a fast search are counted, by the readable one, if states are so few.

A model that does nothing has few states, and breaks no promise."""

STEPS_MAX = 200
"""Steps of a random walk."""


def run(options: argparse.Namespace) -> int:
    """Check one model, print what was found, and return the exit status."""
    processes = _processes(options)
    if options.fast:
        return _run_fast(options)
    if processes is not None:
        return _run_shared(options, processes)
    if options.walks:
        return _run_walks(options)
    if options.resume:
        about = checkpoint.about(options.resume)
        search = checkpoint.load(options.resume, _model(about.name))
    else:
        about = _asked(options)
        search = _begun(about, hashed=options.hashed)
    title = f"{about.name} at {written(about.scope)}"
    with watching(title) as watcher:
        if not options.resume:
            each = BYTES_EACH if options.hashed else None
            refuse_if_too_large(search.spec, about.properties, each, options)
        explore_while_it_fits(search, watcher, options)
    found = Outcome(about, search.report(), watcher.seconds, expected(*about))
    _tell(found, as_json=options.json)
    write_files(options, title, found.report.violation)
    if watcher.stopped and found.report.verdict == "bounded":
        return _stopped(watcher.stopped, search, about, options.checkpoint)
    return _status(found)


def _status(found: Outcome) -> int:
    as_it_should = found.report.verdict in ("holds", "bounded") and not found.difference
    return HOLDS if as_it_should else BROKEN


def _begun(about: About, *, hashed: bool | None) -> Alone:
    """Return the search of a check, before it has visited more than it begins with."""
    spec = _model(about.name).at(about.scope)
    to_the_end = not about.properties
    if hashed:
        judged_by(spec, about.properties)
        return HashedSearch.begun(spec, about.properties, to_the_end=to_the_end)
    return Search.begun(spec, about.properties, to_the_end=to_the_end)


def _processes(options: argparse.Namespace) -> int | None:
    """Return how many processes share the search; None if it is not shared.

    Raises ValueError for a saved one that is to be shared among others than it was.
    """
    wanted: int | None = options.processes
    if not options.resume:
        return wanted
    kept = checkpoint.processes(options.resume)
    if wanted not in (None, kept):
        raise ValueError(
            f"{options.resume} was left by {kept or 1} and goes on by as many:"
            f" leave out --processes {wanted}"
        )
    return kept


def _run_fast(options: argparse.Namespace) -> int:
    """Check one model with a search that leaves nothing to go on with.

    Raises ValueError if the model has no such search.
    """
    about = _asked(options)
    title = f"{about.name} at {written(about.scope)}"
    model = _model(about.name)
    if model.pack is None:
        raise ValueError(f"{model.name} has no fast search")
    with watching(title) as watcher:
        spec = model.at(about.scope)
        refuse_if_too_large(spec, about.properties, FAST_BYTES, options)
        packed = model.packed_at(about.scope)
        report = explore_packed(
            packed,
            invariants=about.properties,
            to_the_end=not about.properties,
            watch=gate(watcher, FAST_BYTES, options),
        )
        report = _counted(packed.spec, report, watcher)
    found = Outcome(about, report, watcher.seconds, expected(*about))
    _tell(found, as_json=options.json)
    write_files(options, title, report.violation)
    if watcher.stopped and not report.complete:
        complain(f"{watcher.stopped}; nothing is kept to go on with, as by --hashed")
        return INTERRUPTED
    return _status(found)


def _counted(spec: Spec[Any], report: Report[Any], watcher: Watcher) -> Report[Any]:
    """Return what a fast search found, with counts of actions if the world is small."""
    if not report.complete or report.distinct > COUNTED_MAX:
        return report
    readable = explore(spec, invariants=(), to_the_end=True, watch=watcher)
    if not readable.complete:
        return report
    taken, unreached = readable.taken, readable.unreached
    return replace(report, taken=taken, unreached=unreached, is_counted=True)


def _run_shared(options: argparse.Namespace, processes: int) -> int:
    """Check one model with a hashed search that several processes share."""
    resumed = options.resume
    about = checkpoint.about(resumed) if resumed else _asked(options)
    title = f"{about.name} at {written(about.scope)}"
    make = partial(specification, _model(about.name).name, about.scope)
    judged, to_the_end = about.properties, not about.properties
    with ExitStack() as stack:
        watcher = stack.enter_context(watching(title))
        if not resumed:
            refuse_if_too_large(make(), judged, BYTES_EACH, options)
        sharing = shared_among(
            make, processes, invariants=judged, to_the_end=to_the_end
        )
        search = stack.enter_context(sharing)
        if resumed:
            checkpoint.load_shared(resumed, search)
        else:
            search.begin()
        watch = gate(watcher, BYTES_EACH, options)
        watch.sizes += search.sizes
        report = search.run(watch)
        found = Outcome(about, report, watcher.seconds, expected(*about))
        _tell(found, as_json=options.json)
        write_files(options, title, report.violation)
        if watcher.stopped and report.verdict == "bounded":
            return _stopped(watcher.stopped, search, about, options.checkpoint)
    return _status(found)


def _run_walks(options: argparse.Namespace) -> int:
    """Walk through one model at random."""
    about = _asked(options)
    title = f"{about.name} at {written(about.scope)}"
    with watching(title) as watcher:
        report = simulate(
            _model(about.name).at(about.scope),
            walks=options.walks,
            steps_max=STEPS_MAX,
            seed=options.seed or 0,
            invariants=about.properties,
        )
    found = Outcome(about, report, watcher.seconds, None)
    _tell(found, as_json=options.json)
    write_files(options, title, report.violation)
    return _status(found)


def _model(name: str) -> Any:
    if name not in MODELS:
        raise ValueError(f"there is no model {name!r}; see `logion model list`")
    return MODELS[name]


def _asked(options: argparse.Namespace) -> About:
    """Return which check the command line asks for.

    Raises ValueError if it names no model, or a scope that is none.
    """
    if options.name is None:
        raise ValueError("which model? See `logion model list`")
    first = next(entry for entry in CATALOGUE if entry.name == options.name)
    scope = first.scope if options.scope is None else scope_of(options.scope)
    refuse_number(scope, options)
    return About(options.name, scope, _properties(options.property))


def scope_of(text: str) -> Scope:
    """Return the bounds that a text names; raises ValueError if one is no number."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise ValueError(f"scope {text!r} is not numbers with commas") from None


def _properties(named: list[str] | None) -> tuple[str, ...] | None:
    if named is None:
        return None
    return () if named == ["none"] else tuple(named)


def _tell(found: Outcome, *, as_json: bool) -> None:
    if as_json:
        write(json.dumps(found.whole, indent=2))
    else:
        write(*found.lines)


def _stopped(why: str, search: Kept, about: About, file: Path | None) -> int:
    path = file or about.file
    checkpoint.save(path, about, search)
    complain(f"{why}; `logion model check --resume {path}` goes on")
    return INTERRUPTED
