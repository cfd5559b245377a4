"""`logion model mutants`: switch off one guard at a time, and say what breaks."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from logion_model.catalogue import FAMILY, MODELS
from logion_model.commands.console import BROKEN, HOLDS, complain, write
from logion_model.entry import written
from logion_model.kernel import Report, explore
from logion_model.mutants.arguments import argument_for
from logion_model.mutants.change import Change, changed
from logion_model.mutants.judging import (
    KILLED,
    Fate,
    World,
    fate,
    fate_at,
    fate_of,
    worlds,
)
from logion_model.mutants.subjects import FURTHER, SUBJECTS, guards_of

PUBLISHED = "kip-320"
"""The model of which the fate of some changes was published."""


class Found(NamedTuple):
    """What became of a change of a model."""

    model: str
    change: str
    fate: Fate
    argument: str = ""
    """Why no promise breaks, if none does."""
    wanted: tuple[int | None, ...] = ()
    """The states in a shortest counterexample, where that is known."""

    @property
    def is_explained(self) -> bool:
        """Return whether it was killed as it should, or is known to be harmless."""
        if self.wanted and self.fate.trace not in self.wanted:
            return False
        return self.fate.verdict == KILLED or bool(self.argument)

    @property
    def line(self) -> str:
        """Return it in a line or two."""
        verdict, scope, killer, trace, states = self.fate
        length = "" if trace is None else f" after {trace}"
        what = f" by {killer}{length}" if killer else ""
        told = f"{verdict}{what} at {written(scope)}, {states:,} states"
        why = f"\n          {self.argument}" if self.argument else ""
        return f"    {self.change}\n        {told}{why}"

    @property
    def row(self) -> dict[str, object]:
        """Return it as a flat JSON object, with the argument if it has one."""
        why = {"argument": self.argument} if self.argument else {}
        return {
            "model": self.model,
            "change": self.change,
            **self.fate._asdict(),
            "scope": written(self.fate.scope),
            **why,
        }


def add(commands: Any) -> None:
    """Add the command to a parser's commands."""
    mutants = commands.add_parser(
        "mutants", help="switch off one guard of a model at a time: what breaks?"
    )
    mutants.add_argument(
        "name", metavar="NAME", nargs="?", choices=MODELS, help="only this model"
    )
    mutants.add_argument(
        "--guard", metavar="TEXT", help="only the one that is called so: with its trace"
    )
    mutants.add_argument("--json", action="store_true", help="print one JSON object")
    mutants.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge what the options ask for, and return the exit status."""
    names = [options.name] if options.name else list(SUBJECTS)
    if names[0] not in SUBJECTS:
        return complain(f"the guards of {names[0]} are those of {_relatives(names[0])}")
    if options.guard is not None:
        return _show(names, options.guard)
    found = [_told(it, quiet=options.json) for name in names for it in _all(name)]
    unexplained = sum(not it.is_explained for it in found)
    if options.json:
        write(json.dumps({"mutants": [it.row for it in found]}, indent=1))
    else:
        killed = sum(it.fate.verdict == KILLED for it in found)
        write(f"{len(found)} mutants: {killed} killed, {unexplained} unexplained")
    return BROKEN if unexplained else HOLDS


def _relatives(name: str) -> str:
    """Return the models of the same family whose guards are switched off."""
    return ", ".join(it for it in SUBJECTS if FAMILY[it] == FAMILY[name])


def _told(found: Found, *, quiet: bool) -> Found:
    if not quiet:
        write(f"{found.model}", found.line)
    return found


def _all(name: str) -> Iterator[Found]:
    """Yield what becomes of each mutant of a model, in their order."""
    yield from _published(name)
    tried = worlds(name, SUBJECTS[name])
    for change in guards_of(name):
        argument = argument_for(name, change.name)
        yield Found(name, change.name, _fate(name, change, tried), argument)


def _fate(name: str, change: Change, tried: tuple[World, ...]) -> Fate:
    """Return what becomes of a change in these worlds and in one further, if it has."""
    end, further = fate(change, tried), FURTHER.get(name, {}).get(change.name)
    if end.verdict == KILLED or further is None:
        return end
    return fate_at(MODELS[name], further, change)


def _published(name: str) -> Iterator[Found]:
    if name == PUBLISHED:
        # Its changes are of the text of the rules: loaded when asked for, so that who
        # edits a rule can still check models.
        from logion_model.mutants import kip_320

        for row in kip_320.ROWS:
            yield _judged(row, kip_320.found(row.change, row.scope))


def _judged(row: Any, report: Report[Any]) -> Found:
    end = fate_of(report, row.scope)
    return Found(PUBLISHED, row.change.name, end, row.argument, (row.trace,))


def _show(names: list[str], wanted: str) -> int:
    """Print what one change leads to, step by step."""
    for name in names:
        for change in guards_of(name):
            if change.name == wanted:
                return _trace(name, change)
    return complain(f"no guard is called {wanted!r}; `logion model mutants` lists them")


def _trace(name: str, change: Change) -> int:
    tried = worlds(name, SUBJECTS[name])
    end = _fate(name, change, tried)
    argument = argument_for(name, change.name)
    write(Found(name, change.name, end, argument).line)
    if end.trace is not None:
        kept = {world.scope: world.kept for world in tried}.get(end.scope)
        spec = changed(MODELS[name].at(end.scope), change)
        report = explore(spec, invariants=kept)
        write(str(report.violation))
    return HOLDS
