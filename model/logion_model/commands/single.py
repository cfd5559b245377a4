"""Explore one model at one scope: begin or go on, estimate, stop, tell."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from logion_model import checkpoint
from logion_model.catalogue import CATALOGUE, MODELS, expected, specification
from logion_model.checkpoint import About
from logion_model.commands.console import (
    BROKEN,
    HOLDS,
    INTERRUPTED,
    Watcher,
    complain,
    watching,
    write,
)
from logion_model.commands.outcome import Outcome
from logion_model.entry import Model, Scope, written
from logion_model.estimate import (
    Estimate,
    bytes_each,
    free_memory,
    rounded,
    states_in_all,
)
from logion_model.kernel import (
    Report,
    Search,
    explore_hashed,
    explore_packed,
    explore_shared,
    simulate,
)
from logion_model.pictures.files import write_files

PILOT_STATES = 200_000
"""States visited before the size of the whole is guessed."""


STEPS_MAX = 200
"""Steps of a random walk."""


class TooLargeError(Exception):
    """The states of a scope would not fit in memory."""


def run(options: argparse.Namespace) -> int:
    """Check one model, print what was found, and return the exit status."""
    if options.fast or options.hashed or options.processes is not None:
        return _run_sparing(options)
    if options.walks:
        return _run_walks(options)
    if options.resume:
        about = checkpoint.about(options.resume)
        search = checkpoint.load(options.resume, _model(about.name))
    else:
        about = _asked(options)
        spec = _model(about.name).at(about.scope)
        to_the_end = not about.properties
        search = Search.begun(spec, about.properties, to_the_end=to_the_end)
    title = f"{about.name} at {written(about.scope)}"
    with watching(title) as watcher:
        _explore(search, watcher, options)
    found = Outcome(about, search.report(), watcher.seconds, expected(*about))
    _tell(found, as_json=options.json)
    write_files(options, title, found.report.violation)
    if watcher.stopped and found.report.verdict == "bounded":
        return _stopped(watcher.stopped, search, about, options.checkpoint)
    return _status(found)


def _status(found: Outcome) -> int:
    as_it_should = found.report.verdict in ("holds", "bounded") and not found.difference
    return HOLDS if as_it_should else BROKEN


def _run_sparing(options: argparse.Namespace) -> int:
    """Check one model with a search that leaves nothing to go on with."""
    about = _asked(options)
    title = f"{about.name} at {written(about.scope)}"
    explore = _sparing(options, _model(about.name), about.scope)
    with watching(title) as watcher:
        report = explore(
            invariants=about.properties,
            to_the_end=not about.properties,
            watch=watcher,
        )
    found = Outcome(about, report, watcher.seconds, expected(*about))
    _tell(found, as_json=options.json)
    write_files(options, title, report.violation)
    return INTERRUPTED if watcher.stopped and not report.complete else _status(found)


def _sparing(
    options: argparse.Namespace, model: Model, scope: Scope
) -> Callable[..., Report[Any]]:
    """Return the fast search of a model, the hashed one, or that of several processes.

    Raises ValueError if two are asked for, or the model has no fast one.
    """
    if options.fast and (options.hashed or options.processes is not None):
        raise ValueError("--fast keeps every state: choose it or --hashed")
    if options.fast:
        return partial(explore_packed, model.packed_at(scope))
    if options.processes is not None:
        make = partial(specification, model.name, scope)
        return partial(explore_shared, make, options.processes)
    bound = options.states_max
    return partial(explore_hashed, model.at(scope), states_max=bound)


def _run_walks(options: argparse.Namespace) -> int:
    """Walk through one model at random."""
    about = _asked(options)
    title = f"{about.name} at {written(about.scope)}"
    with watching(title) as watcher:
        report = simulate(
            _model(about.name).at(about.scope),
            walks=options.walks,
            steps_max=STEPS_MAX,
            seed=options.seed,
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


def _explore(
    search: Search[Any], watcher: Watcher, options: argparse.Namespace
) -> None:
    """Go on with a search; refuse one that would not fit once its growth is known."""
    bound = options.states_max
    pilot = PILOT_STATES if bound is None else min(PILOT_STATES, bound)
    search.run(watcher, states_max=pilot)
    if not options.force and bound is None and not search.report().complete:
        _refuse_if_too_large(search)
    search.run(watcher, states_max=bound)


def _refuse_if_too_large(search: Search[Any]) -> None:
    estimate = Estimate(states_in_all(search.sizes), bytes_each(search.parents))
    free = free_memory()
    if estimate.size > free:
        raise TooLargeError(
            f"{estimate}: {rounded(estimate.size / 1e9)} GB, and"
            f" {free / 1e9:.1f} GB are free; --force tries all the same"
        )


def _tell(found: Outcome, *, as_json: bool) -> None:
    if as_json:
        write(json.dumps(found.whole, indent=2))
    else:
        write(*found.lines)


def _stopped(why: str, search: Search[Any], about: About, file: Path | None) -> int:
    path = file or about.file
    checkpoint.save(path, about, search)
    complain(f"{why}; `logion model check --resume {path}` goes on")
    return INTERRUPTED
