"""Check many entries of the catalogue: the quick, all, those of a release's bugs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator

from logion_model.bugs import BUGS, is_in
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


def _sum_up(found: list[Outcome], *, as_json: bool, **more: object) -> int:
    wrong = sum(it.difference is not None for it in found)
    seconds = round(sum(it.seconds for it in found), 1)
    if as_json:
        rows = [it.row for it in found]
        told = {"entries": rows, "wrong": wrong, "seconds": seconds}
        write(json.dumps(told | more))
    else:
        verdict = f"{wrong} WRONG" if wrong else "all as expected"
        write(f"{len(found)} checked in {seconds} s: {verdict}")
    return BROKEN if wrong else HOLDS


def _run_bugs(options: argparse.Namespace) -> int:
    """Show each bug that a release has or may have, and that its cure mends it."""
    found: list[Outcome] = []
    rows: list[dict[str, object]] = []
    for bug, is_known in bugs_of(options.bugs):
        entries = list(_about(bug))
        rows.append(_row(bug, is_known=is_known, entries=len(entries)))
        if not options.json:
            _announce(bug, is_known=is_known, is_shown=bool(entries))
        found += [_checked(it, quiet=options.json) for it in entries]
    return _sum_up(found, as_json=options.json, bugs=rows)


def _announce(bug: Bug, *, is_known: bool, is_shown: bool) -> None:
    write(f"bug {bug.number}, {bug.id}: {bug.title}")
    if not is_known:
        write(f"      mended in {bug.fixed}; since when is not known")
    if not is_shown:
        write("      no entry shows it")


def _row(bug: Bug, *, is_known: bool, entries: int) -> dict[str, object]:
    """Return a bug as a JSON object, also if no entry shows it."""
    return {
        "number": bug.number,
        "id": bug.id,
        "title": bug.title,
        "mended": bug.fixed or None,
        "since_known": is_known,
        "entries": entries,
    }


def bugs_of(release: str) -> list[tuple[Bug, bool]]:
    """Return the bugs of a release, each with whether it is known to have it.

    Those that it may have, for all that is known, are mended in a later one. Raises
    ValueError for a release of which none is known.
    """
    stands = [(bug, is_in(bug, release)) for bug in BUGS.values()]
    bugs = [(bug, bool(it)) for bug, it in stands if it or (it is None and bug.fixed)]
    if not bugs:
        raise ValueError(f"no bug is known that {release!r} has")
    return bugs


def _about(bug: Bug) -> Iterable[Entry]:
    """Yield what shows the bug, each followed by what shows its cure."""
    for entry in CATALOGUE:
        if entry.bug == bug:
            yield entry
            yield entry.cured
