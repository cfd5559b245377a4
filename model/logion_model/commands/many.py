"""Check many entries of the catalogue: the quick, all, those of a release's bugs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator

from logion_model.bugs import BUGS
from logion_model.catalogue import CATALOGUE, check
from logion_model.checkpoint import About
from logion_model.commands.console import (
    BROKEN,
    HOLDS,
    INTERRUPTED,
    watching,
    write,
)
from logion_model.commands.outcome import Outcome
from logion_model.entry import Bug, Entry


class InterruptedCheckError(Exception):
    """Ctrl-C came before all entries were checked."""


def run(options: argparse.Namespace) -> int:
    """Check the entries that are asked for, and return the exit status."""
    try:
        if options.bugs is not None:
            return _run_bugs(options)
        entries = [it for it in _named(options.name) if options.all or it.quick]
        found = [_checked(entry, quiet=options.json) for entry in entries]
    except InterruptedCheckError:
        return INTERRUPTED
    return _sum_up(found, as_json=options.json)


def _named(name: str | None) -> Iterator[Entry]:
    return (entry for entry in CATALOGUE if name in (None, entry.name))


def _checked(entry: Entry, *, quiet: bool) -> Outcome:
    """Check an entry, and print how it went unless `quiet`."""
    with watching(str(entry)) as watcher:
        report = check(entry, watcher)
    if watcher.stopped:
        raise InterruptedCheckError
    about = About(entry.name, entry.scope, entry.properties)
    found = Outcome(about, report, watcher.seconds, entry)
    if not quiet:
        write(*_line(found))
    return found


def _line(found: Outcome) -> list[str]:
    told = f"{found.expected} ({found.seconds:.1f} s)"
    if found.difference is None:
        return [f"ok    {told}"]
    return [f"WRONG {told}", f"      found {found.difference}"]


def _sum_up(found: list[Outcome], *, as_json: bool) -> int:
    wrong = sum(it.difference is not None for it in found)
    seconds = round(sum(it.seconds for it in found), 1)
    if as_json:
        rows = [it.row for it in found]
        write(json.dumps({"entries": rows, "wrong": wrong, "seconds": seconds}))
    else:
        verdict = f"{wrong} WRONG" if wrong else "all as expected"
        write(f"{len(found)} checked in {seconds} s: {verdict}")
    return BROKEN if wrong else HOLDS


def _run_bugs(options: argparse.Namespace) -> int:
    """Show each bug that a release has, and that its cure mends it."""
    found: list[Outcome] = []
    for bug in bugs_of(options.bugs):
        if not options.json:
            write(f"bug {bug.number}, {bug.id}: {bug.title}")
        shown = [_checked(it, quiet=options.json) for it in _about(bug)]
        if not shown and not options.json:
            write("      no entry shows it")
        found += shown
    return _sum_up(found, as_json=options.json)


def bugs_of(release: str) -> list[Bug]:
    """Return the bugs that were seen in a release.

    Raises ValueError for a release of which none is known.
    """
    bugs = [bug for bug in BUGS.values() if any(map(release.startswith, bug.seen_in))]
    if not bugs:
        known = sorted({it for bug in BUGS.values() for it in bug.seen_in})
        raise ValueError(f"no bug is known of {release!r}; of {', '.join(known)} are")
    return bugs


def _about(bug: Bug) -> Iterable[Entry]:
    """Yield what shows the bug, each followed by what shows its cure."""
    for entry in CATALOGUE:
        if entry.bug == bug:
            yield entry
            yield entry.cured
