"""`logion records`: hold the record formats to what others wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from logion.cli.arguments import Parser
from logion.cli.checking import FILES_HELP, check_files

CHECK = """\
Write and read again what each line of a vector file describes: record sets of every
format and codec, conversions to older formats, sets as a leader places them, markers
of transactions. Prints each line that disagrees, with the byte or the record where it
differs, and closes with how many agree. Exit status 1 when some do not.
"""


def main(arguments: list[str]) -> int:
    """Run `logion records`; return the exit status."""
    parser = Parser(prog="logion records", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser(
        "check", help="compare with vector files", description=CHECK
    )
    check.add_argument("files", nargs="+", metavar="FILE.jsonl", help=FILES_HELP)
    options = parser.parse_args(arguments)
    return check_files("records check", options.files, _problems)


def _problems(lines: Iterable[str]) -> Iterator[str | None]:
    from logion.records.vectors import check_lines

    for line, name, problem in check_lines(lines):
        yield f"line {line}: {name}: {problem}" if problem else None
