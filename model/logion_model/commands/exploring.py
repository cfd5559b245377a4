"""`logion model explore`: a page to step through one trace of a model."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.commands.console import HOLDS, complain, one_of, write
from logion_model.commands.files import write_page
from logion_model.commands.single import scope_of
from logion_model.drawings import drawing_of
from logion_model.entry import Entry, Scope, written
from logion_model.kernel import Property, Spec, SpecError, Violation, explore
from logion_model.pictures.story import Story, example_of, story_of

STATES_MAX = 200_000
"""So many states are looked at for something to show."""


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser(
        "explore", help="write a page to step through a trace of a model"
    )
    parser.add_argument("name", metavar="NAME", type=one_of(MODELS), help="see `list`")
    parser.add_argument("--scope", help="bounds, such as 2,2,2,1")
    parser.add_argument("--property", help="show how this is broken")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="the page (default: NAME.html)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the page, say where it is, and return the exit status."""
    file = options.output or Path(f"{options.name}.html")
    try:
        story = story_about(options.name, _scope(options), options.property)
        write_page(file, story)
    except (ValueError, OSError, SpecError) as error:
        return complain(str(error))
    steps = len(story.frames) - 1
    write(f"{file}: {story.title}, {steps} steps; {story.ending}")
    return HOLDS


def _scope(options: argparse.Namespace) -> Scope:
    """Return the scope that is asked for, or the first with something to show.

    Raises ValueError if a bound is no number.
    """
    if options.scope is not None:
        return scope_of(options.scope)
    known = [entry for entry in CATALOGUE if entry.name == options.name]
    return next((it for it in known if _breaks(it, options.property)), known[0]).scope


def _breaks(entry: Entry, wanted: str | None) -> bool:
    return any(wanted in (None, name) for name, _ in entry.broken)


def story_about(name: str, scope: Scope, wanted: str | None) -> Story:
    """Return how a property is broken, or what happens if none is.

    Raises ValueError if the scope is not the model's, there is no such property, or
    nothing was found among the first states.
    """
    spec = MODELS[name].at(scope)
    title = f"{name} at {written(scope)}"
    names = None if wanted is None else [wanted]
    broken = explore(spec, invariants=names, states_max=STATES_MAX).violation
    if broken is not None:
        return story_of(title, broken, drawing_of(broken.steps[0].state))
    if wanted is not None:
        raise ValueError(f"{title}: {wanted} is not broken in {STATES_MAX:,} states")
    example = _example(spec)
    if example is None:
        raise ValueError(f"{title}: nothing was found in {STATES_MAX:,} states")
    return example_of(title, example, drawing_of(example.steps[0].state))


def _example(spec: Spec[Any]) -> Violation[Any] | None:
    """Return a way to what the model must show: to that which takes longest."""
    never = tuple(Property(it.name, _not(it), it.source) for it in spec.sometimes)
    report = explore(
        replace(spec, invariants=never, sometimes=()),
        to_the_end=True,
        states_max=STATES_MAX // 10,
    )
    return max(report.violations, key=lambda it: it.length, default=None)


def _not(wanted: Property[Any]) -> Any:
    return lambda state: not wanted.holds(state)
