"""`logion conformance`: show what runs of the suite have found, and compare them.

The suite itself is run by pytest: `pytest --pyargs logion_conformance --report-json
FILE`. These commands read the files it writes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from logion_conformance.results import data
from logion_conformance.results.badge import badge
from logion_conformance.results.differences import compared, rows
from logion_conformance.results.markdown import markdown
from logion_conformance.results.model import Report
from logion_conformance.results.page import page
from logion_conformance.results.summary import conclusion, early

SUMMARY = "show and compare what the conformance suite found"
"""What `logion --help` says of this command."""

SAME, DIFFERENT, USAGE = 0, 1, 2
"""Exit statuses: nothing differs (or done), something does, no such report."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `logion conformance` with these arguments and return the exit status."""
    options = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except (OSError, data.BadReport) as error:
        sys.stderr.write(f"logion conformance {options.command}: {error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="logion conformance", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="put reports into another form")
    report.add_argument("files", type=Path, nargs="+", metavar="REPORT.json")
    report.add_argument("--html", type=Path, metavar="FILE", help="all in one page")
    report.add_argument("--markdown", type=Path, metavar="FILE", help="one by one")
    report.add_argument("--badge", type=Path, metavar="FILE", help="of the first")
    report.add_argument(
        "--brief", type=Path, metavar="FILE", help="the first as JSON, verdicts alone"
    )
    report.set_defaults(run=_report)
    compare = commands.add_parser("compare", help="say where two reports differ")
    compare.add_argument("left", type=Path, metavar="A.json")
    compare.add_argument("right", type=Path, metavar="B.json")
    compare.set_defaults(run=_compare)
    return parser


def _read(file: Path) -> Report:
    try:
        return data.read(file.read_text(encoding="utf-8"))
    except data.BadReport as failure:
        raise data.BadReport(f"{file}: {failure}") from failure
    except UnicodeDecodeError as failure:
        raise data.BadReport(f"{file}: expected UTF-8: {failure}") from failure


def _report(options: argparse.Namespace) -> int:
    reports = [_read(file) for file in options.files]
    if options.html:
        _write(options.html, page(reports))
    if options.markdown:
        _write(options.markdown, "\n".join(map(markdown, reports)))
    if options.badge:
        _write(options.badge, badge(reports[0]))
    if options.brief:
        _write(options.brief, data.brief(reports[0]))
    _say(*map(conclusion, reports))
    return SAME


def _compare(options: argparse.Namespace) -> int:
    left, right = _read(options.left), _read(options.right)
    found = list(compared(left, right))
    table = rows((left, right))
    differing = sum(row.differs() for row in table)
    short = [f"{it.target.name} {text}" for it in (left, right) if (text := early(it))]
    _say(*found, *short, f"{differing} of {len(table)} cases differ")
    return DIFFERENT if differing else SAME


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    _say(file.resolve().as_uri())


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
