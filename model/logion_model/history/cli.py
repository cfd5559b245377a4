"""`logion check-history`: judge what clients did and saw."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SUMMARY = "find anomalies in what clients did and saw"
"""What `logion --help` says of this command."""

VALID, WRONG, USAGE = 0, 1, 2
"""Exit statuses: nothing that counts is wrong, something is, it cannot be judged."""

LINES_BETWEEN = 100_000
"""Progress is shown so often, if somebody looks."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `logion check-history` with these arguments and return the exit status."""
    options = _parser().parse_args(argv)
    from logion_model.history.check import check, without_collector
    from logion_model.history.reading import HistoryError, read_lines
    from logion_model.history.report import json_of, text_of

    try:
        with without_collector(), _opened(options.file) as file:
            history = read_lines(_watched(file))
    except HistoryError as error:
        return _refused(f"{options.file}: {error}")
    except OSError as error:
        return _refused(str(error))
    verdict = check(history)
    _progress("")
    how = {"examples": options.examples, "is_strict": options.strict}
    if options.json:
        report = json.dumps(json_of(verdict, **how), indent=2)
    else:
        report = text_of(verdict, **how)
    sys.stdout.write(f"{report}\n")
    return WRONG if verdict.judged(is_strict=options.strict) else VALID


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="logion check-history",
        description="Find anomalies in a history; docs/history.md has the schema.",
    )
    parser.add_argument("file", metavar="FILE", help="one event a line; - is stdin")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--examples",
        type=int,
        default=3,
        metavar="N",
        help="show so many of each kind (3)",
    )
    parser.add_argument(
        "--strict", action="store_true", help="tolerate nothing: what Kafka may do too"
    )
    return parser


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _watched(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file, and say how far it has come."""
    size = os.fstat(file.fileno()).st_size
    done = 0
    for number, line in enumerate(file, 1):
        yield line
        done += len(line)
        if number % LINES_BETWEEN == 0:
            part = f", {done / size:.0%}" if size else ""
            _progress(f"{number:,} lines read{part}")
    _progress("looking for anomalies")


def _progress(text: str) -> None:
    """Show how it goes, on a terminal; an empty text takes it away."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def _refused(reason: str) -> int:
    _progress("")
    sys.stderr.write(f"logion check-history: {reason}\n")
    return USAGE
