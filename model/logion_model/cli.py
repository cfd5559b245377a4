"""`logion model`: list the specifications, explore one, check what is known of all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from logion_model.catalogue import CATALOGUE, MODELS, check
from logion_model.entry import Model, Scope, difference
from logion_model.kernel import Report, Violation, explore

SUMMARY = "list the specifications and explore them exhaustively"
"""What `logion --help` says of this command."""

HOLDS, BROKEN, USAGE = 0, 1, 2
"""Exit statuses: every property holds, one does not (or is vacuous), wrong usage."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `logion model` with these arguments and return the exit status."""
    options = _parser().parse_args(argv)
    if options.command == "list":
        return _list()
    if not options.all:
        return _check(options)
    if options.property or options.states_max is not None or options.json:
        return _refused("--all knows what to check: NAME is all it takes")
    return _check_all(options.name)


def _list() -> int:
    _write(*(line for model in MODELS.values() for line in _described(model)))
    return HOLDS


def _check_all(name: str | None) -> int:
    """Check every entry of the catalogue, or all of one model."""
    wrong = 0
    for entry in CATALOGUE:
        if name in (None, entry.name):
            found = difference(entry, check(entry))
            wrong += found is not None
            _write(f"{'ok   ' if found is None else 'WRONG'} {entry}")
            if found is not None:
                _write(f"      found {found}")
    return BROKEN if wrong else HOLDS


def _check(options: argparse.Namespace) -> int:
    try:
        report = _explored(options)
    except ValueError as error:
        return _refused(str(error))
    if options.json:
        import json

        _write(json.dumps(_as_json(report, options), indent=2))
    else:
        _write(*_lines(report, options))
    return HOLDS if report.verdict in ("holds", "bounded") else BROKEN


def _refused(reason: str) -> int:
    sys.stderr.write(f"logion model check: {reason}\n")
    return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="logion model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name every model, its scope and its properties")
    check = commands.add_parser("check", help="explore one model, breadth first")
    check.add_argument(
        "name", metavar="NAME", nargs="?", choices=MODELS, help="see `list`"
    )
    extent = check.add_mutually_exclusive_group(required=True)
    extent.add_argument("--scope", help="bounds, such as 2,2,2,1")
    extent.add_argument(
        "--all",
        action="store_true",
        help="check every entry of the catalogue, or of NAME (a minute or two)",
    )
    check.add_argument(
        "--property",
        action="append",
        help="check only this and stop where it breaks (may be repeated); without it,"
        " every state is visited and every property judged",
    )
    check.add_argument("--states-max", type=int, help="stop after so many states")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _explored(options: argparse.Namespace) -> Report[Any]:
    if options.name is None:
        raise ValueError("which model? See `logion model list`")
    return explore(
        MODELS[options.name].at(_scope(options.scope)),
        invariants=options.property,
        to_the_end=options.property is None,
        states_max=options.states_max,
    )


def _scope(text: str) -> Scope:
    """Return the bounds written in `text`; raises ValueError if one is no number."""
    try:
        return tuple(int(number) for number in text.split(","))
    except ValueError:
        raise ValueError(f"scope {text!r} is not numbers with commas") from None


def _write(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _described(model: Model) -> list[str]:
    smallest = model.at((1,) * len(model.bounds))
    promises = ", ".join(invariant.name for invariant in smallest.invariants)
    return [
        model.name,
        f"    {model.title} ({model.source})",
        f"    scope: {','.join(model.bounds)}",
        f"    properties: {promises}",
    ]


def _lines(report: Report[Any], options: argparse.Namespace) -> list[str]:
    return [
        f"{report.spec} at {options.scope}: {report.verdict}",
        f"{report.distinct:,} states, {report.generated:,} steps, depth {report.depth}",
        *(f"  {times:9,}  {name}" for name, times in report.taken.items()),
        *(f"never taken: {name}" for name in report.never_taken),
        *(f"never seen: {name}" for name in report.unreached),
        *(str(violation) for violation in report.violations),
    ]


def _as_json(report: Report[Any], options: argparse.Namespace) -> dict[str, object]:
    return {
        "model": report.spec,
        "scope": list(_scope(options.scope)),
        "verdict": report.verdict,
        "complete": report.complete,
        "distinct": report.distinct,
        "generated": report.generated,
        "depth": report.depth,
        "taken": dict(report.taken),
        "never_taken": list(report.never_taken),
        "unreached": list(report.unreached),
        "violations": [_violation_as_json(found) for found in report.violations],
    }


def _violation_as_json(violation: Violation[Any]) -> dict[str, object]:
    actions = [str(step.action) for step in violation.steps if step.action is not None]
    return {
        "property": violation.broken,
        "source": violation.source,
        "length": violation.length,
        "actions": actions,
    }
