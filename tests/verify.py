"""Everything that can be verified, in one long run; the result goes to docs/verify.md.

Each step is a command that a person could type. A step that fails does not stop the
others; the exit status tells whether all have passed.
"""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
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
    r"\d+ (passed|kept|files|of|seeds|mutants)\b|[Ss]uccess|All checks passed"
)
SIMULATION = (".venv/bin/python", "-m", "logion_harness.simulation")
PYTEST = (".venv/bin/python", "-bb", "-m", "pytest", "-q")


class Step(NamedTuple):
    """One thing to verify."""

    what: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """How a step went."""

    step: Step
    passed: bool
    summary: str
    seconds: float


def steps(seed: int) -> list[Step]:
    """Return all that is verified, quick things first; chance begins at `seed`."""
    return [
        Step("lint, format, types, layers", ("make", "check")),
        Step("the packages' tests, coverage by branch", ("make", "unit")),
        Step("the same on Python 3.11, 3.12 and 3.13", ("make", "pythons")),
        Step(
            "every model of the catalogue",
            (".venv/bin/logion", "model", "check", "--all"),
        ),
        Step(
            "every guard of the models switched off",
            (".venv/bin/logion", "model", "mutants"),
        ),
        Step(
            "the checker of histories beside its oracle, 100,000 times",
            ("env", HISTORIES, *PYTEST, "tests/logion_model/history"),
        ),
        Step(
            f"{SIMULATED} simulated runs of the broker and its clients",
            (*SIMULATION, "--first", str(seed), "--seeds", SIMULATED),
        ),
        *(
            Step(
                f"conformance of the reference as {release}",
                (*PYTEST, "conformance", "--release", release),
            )
            for release in RELEASES
        ),
        Step("the suite from a wheel, with two workers and without", (".ci/wheel",)),
        Step(
            f"clients, in groups with every assignor; kill -9 {KILL_ROUNDS} times",
            (*PYTEST, "tests/integration"),
        ),
        Step("the test suites of client libraries", ("make", "suites")),
    ]


def run(step: Step, seed: int) -> Outcome:
    """Run one step; its output goes to the terminal as well."""
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
    return Outcome(step, done.wait() == 0, summary, perf_counter() - started)


def report(outcomes: list[Outcome], seed: int) -> str:
    """Return the page: when, where, and a row for each step."""
    commit = subprocess.run(
        ("git", "rev-parse", "--short=12", "HEAD"),
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    rows = [
        f"| {it.step.what} | {'passed' if it.passed else '**failed**'} "
        f"| {it.summary} | {it.seconds:.0f} | `{' '.join(it.step.command)}` |"
        for it in outcomes
    ]
    return "\n".join(
        (
            "# The last full verification",
            "",
            "Written by `make verify` (`tests/verify.py`), never by hand.",
            "",
            f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}, seed {seed}",
            f"- {os.cpu_count()} cores, CPython {platform.python_version()}",
            "",
            "| what | result | summary | seconds | command |",
            "|---|---|---|---|---|",
            *rows,
            "",
        )
    )


def main() -> int:
    """Verify everything; return 0 if all of it holds."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.randrange(10**6)
    outcomes: list[Outcome] = []
    for step in steps(seed):
        outcomes.append(run(step, seed))
        REPORT.write_text(report(outcomes, seed))
    return 0 if all(it.passed for it in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
