"""Checks every model, and writes what was found to `docs/model-results.md`.

    make models

`logion model check --all` and `--bugs 0.10.0`, with when, where and how long.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs/model-results.md"
RUNS = (("--all",), ("--bugs", "0.10.0"))
TITLES = ("model", "scope", "judged", "verdict", "states", "depth", "trace", "s", "")

HEAD = """\
# What the checks of the models found last

Written by `make models` (`tests/model_results.py`), never by hand: every entry of the
catalogue, then the bugs that 0.10.0 has, each before what shows its cure.

- *States* and *depth* are those that were visited: the whole world, or what was seen
  when a violation ended the search. *Trace* is the number of states in a shortest
  counterexample, *s* the seconds that it took, by the clock: of a machine that may
  have had other work.
- The last column says whether that is what the catalogue expects.
"""


class Found(NamedTuple):
    """What one run found."""

    options: tuple[str, ...]
    entries: Sequence[Mapping[str, Any]]
    wrong: int
    seconds: float
    processor_s: float
    """How long it computed, whatever else the machine did."""


def run(options: tuple[str, ...]) -> Found:
    """Check many models as `logion model check` does."""
    before = children_s()
    command = (Path(sys.executable).with_name("logion"), "model", "check", "--json")
    done = subprocess.run(
        (*command, *options), capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)
    seconds, computed = found["seconds"], children_s() - before
    return Found(options, found["entries"], found["wrong"], seconds, computed)


def children_s() -> float:
    """Return the processor time of all processes that were waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def processor() -> str:
    """Return what the system calls its processor."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = (line.partition(":")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine()).strip()


def told(*git: str) -> str:
    """Return what git says."""
    ran = subprocess.run(
        ("git", *git), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def begun() -> str:
    """Return when it is now, and of which commit."""
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{when}, commit {told('rev-parse', '--short=12', 'HEAD')}"


def report(begun: str, found: Sequence[Found]) -> str:
    """Return the page."""
    where = f"{os.cpu_count()} cores, {processor()}, CPython"
    return "\n".join(
        (
            HEAD,
            f"- begun {begun}",
            f"- {where} {platform.python_version()}",
            *(line for each in found for line in _section(each)),
            "",
        )
    )


def _section(found: Found) -> Iterator[str]:
    verdict = f"{found.wrong} not as expected" if found.wrong else "all as expected"
    yield f"\n## `logion model check {' '.join(found.options)}`\n"
    took = f"{found.seconds:.0f} s ({found.processor_s:.0f} s of processor time)"
    yield f"{len(found.entries)} checked in {took}: {verdict}.\n"
    yield _row(TITLES)
    yield _row(["---"] * len(TITLES))
    yield from map(_row, map(_cells, found.entries))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(entry: Mapping[str, Any]) -> Sequence[str]:
    judged = entry["properties"]
    length = entry["trace_length"]
    return (
        entry["name"],
        ",".join(map(str, entry["scope"])),
        "all" if judged is None else ", ".join(judged) or "states only",
        entry["verdict"],
        f"{entry['distinct']:,}",
        str(entry["depth"]),
        "" if length is None else str(length),
        f"{entry['seconds']:.1f}",
        "as expected" if entry["difference"] is None else "**not as expected**",
    )


def main() -> int:
    """Check everything, write the page; return 0 if all is as expected."""
    first = begun()
    found = [run(options) for options in RUNS]
    REPORT.write_text(report(first, found))
    return 1 if any(each.wrong for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
