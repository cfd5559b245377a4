"""Everything that can be verified, in hours; the result goes to docs/verify.md.

Each step is a command that a person could type. A step that fails does not stop the
others; the exit status tells whether all have passed. `--only KEY` takes the steps of
that key. Rows of steps not taken stay as they were: each says of which day, commit and
seed it is.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs/verify.md"
KILL_ROUNDS = "100"
FIRE_SECONDS = "300"
EFFORT = "10"
"""So many times the examples of `make test` are drawn (`tests/effort.py`)."""
SIMULATED = "1000"
HISTORIES = "LOGION_HISTORIES=100000"
RELEASES = (
    "0.8.0", "0.8.2", "0.9.0", "0.10.0", "0.10.1", "0.10.2", "0.11.0",
    "1.1", "2.0", "2.4", "2.8", "3.3", "3.9", "4.0", "4.3",
)  # fmt: skip
SUMMARY = re.compile(
    r"\d+ (passed|kept|of|seeds|mutants|entries)\b|^TOTAL|All checks passed"
)
SIMULATION = (".venv/bin/python", "-m", "logion_harness.simulation")
WHEEL = ".ci/wheel"
PYTEST = (".venv/bin/python", "-bb", "-m", "pytest", "-q")


HEAD = """\
# The last full verification

Written by `make verify` (`tests/verify.py`), never by hand. All of it takes hours:
`make verify ONLY="models guards"` takes some steps anew, and each row says of
which moment (UTC), commit and seed it is. {cores} cores, CPython {python}.

| what | result | summary | seconds | when | commit | seed | command |
|---|---|---|---|---|---|---|---|
"""


class Step(NamedTuple):
    """One thing to verify."""

    key: str
    """A word to ask for it by; several may have the same."""
    what: str
    command: tuple[str, ...]


def steps(seed: int) -> list[Step]:
    """Return all that is verified, quick things first; chance begins at `seed`."""
    return [
        Step("check", "lint, format, types, layers", ("make", "check")),
        Step("unit", "the packages' tests, coverage by branch", ("make", "unit")),
        Step("pythons", "the same on Python 3.11, 3.12, 3.13", ("make", "pythons")),
        Step(
            *("models", "every model of the catalogue"),
            (".venv/bin/logion", "model", "check", "--all"),
        ),
        Step(
            *("guards", "every guard of the models switched off"),
            (".venv/bin/logion", "model", "mutants"),
        ),
        Step(
            *("histories", "the checker of histories beside its oracle, 100,000 times"),
            ("env", HISTORIES, *PYTEST, "tests/logion_model/history"),
        ),
        Step(
            *("simulation", f"{SIMULATED} simulated runs of broker and clients"),
            (*SIMULATION, "--first", str(seed), "--seeds", SIMULATED),
        ),
        *(
            Step(
                *("conformance", f"conformance of the reference as {release}"),
                (*PYTEST, "conformance", "--release", release),
            )
            for release in RELEASES
        ),
        Step("wheel", "the suite from a wheel, with two workers and without", (WHEEL,)),
        Step(
            *("clients", f"clients, every assignor; kill -9 {KILL_ROUNDS} times"),
            (*PYTEST, "tests/integration"),
        ),
        Step("suites", "the test suites of client libraries", ("make", "suites")),
    ]


def run(step: Step, seed: int) -> tuple[bool, str]:
    """Run one step, show its output; return whether it passed, and its row."""
    print(f"== {step.what}", flush=True)
    started = perf_counter()
    done = subprocess.Popen(
        step.command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **os.environ,
            "LOGION_KILL_ROUNDS": KILL_ROUNDS,
            "LOGION_KILL_SEED": str(seed),
            "LOGION_GROUPS": "all",
            "LOGION_TRANSACTIONS": "all",
            "LOGION_FIRE_SECONDS": FIRE_SECONDS,
            "LOGION_FIRE_SEED": str(seed),
            "LOGION_EFFORT": EFFORT,
        },
    )
    assert done.stdout is not None
    summary = ""
    for line in done.stdout:
        print(line, end="", flush=True)
        if SUMMARY.search(line):
            summary = line.strip(" =\n")
    passed = done.wait() == 0
    return passed, row(step, passed, summary, perf_counter() - started, seed)


def row(step: Step, passed: bool, summary: str, seconds: float, seed: int) -> str:
    """Return the row of the table for a step that has just ended."""
    cells = (
        step.what,
        "passed" if passed else "**failed**",
        summary,
        f"{seconds:.0f}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        commit(),
        str(seed),
        f"`{' '.join(step.command)}`",
    )
    return f"| {' | '.join(cells)} |"


def commit() -> str:
    """Return the commit at hand."""
    command = ("git", "rev-parse", "--short=12", "HEAD")
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def rows_of(page: str) -> dict[str, str]:
    """Return the rows of a page by the names of their steps."""
    _head, *lines = [it for it in page.splitlines() if it.startswith("| ")]
    return {it.split(" | ")[0].removeprefix("| "): it for it in lines}


def report(rows: list[str]) -> str:
    """Return the page: a row for each step."""
    python = platform.python_version()
    head = HEAD.format(cores=os.cpu_count(), python=python)
    return head + "".join(f"{it}\n" for it in rows)


def chosen(everything: list[Step], keys: list[str]) -> list[Step]:
    """Return the steps of these keys, or all; SystemExit for a key of none."""
    known = dict.fromkeys(step.key for step in everything)
    if wrong := [key for key in keys if key not in known]:
        raise SystemExit(f"no step {', '.join(wrong)}: there are {', '.join(known)}")
    return [step for step in everything if not keys or step.key in keys]


def main() -> int:
    """Verify everything, or what is asked for; return 0 if all of it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", nargs="*", metavar="KEY", default=[])
    asked = parser.parse_args()
    everything = steps(asked.seed)
    known = rows_of(REPORT.read_text())
    all_passed = True
    for step in chosen(everything, asked.only):
        passed, known[step.what] = run(step, asked.seed)
        all_passed &= passed
        rows = [known[it.what] for it in everything if it.what in known]
        REPORT.write_text(report(rows))
    return 0 if all_passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
