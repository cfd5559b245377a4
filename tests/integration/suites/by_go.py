"""Runs a suite that is written for Go's `testing`."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping

from tests.integration.build import checked
from tests.integration.suites.kinds import (
    FAILED,
    PASSED,
    SKIPPED,
    SUITE_SECONDS_MAX,
    Outcome,
    Outcomes,
    Run,
)

RESULTS = {"pass": PASSED, "fail": FAILED, "skip": SKIPPED}
BUILD_SECONDS_MAX = 900
PLACE = re.compile(r"^\s*\w+_test\.go:\d+: ")


def run_go(
    package: str, run: Run, names: tuple[str, ...], env: Mapping[str, str]
) -> Outcomes:
    """Build a package's tests and run those of these names; RuntimeError if it breaks.

    Tests that run others in themselves run them all.
    """
    program = run.scratch / "suite.test"
    build = ["go", "test", "-c", "-o", str(program), package]
    checked(build, run.sources, BUILD_SECONDS_MAX)
    tops = sorted({name.partition("/")[0] for name in names})
    with (run.scratch / "output.json").open("wb") as out:
        subprocess.run(
            (
                *("go", "tool", "test2json", str(program), "-test.v=test2json"),
                f"-test.run=^({'|'.join(tops)})$",
                f"-test.timeout={SUITE_SECONDS_MAX}s",
            ),
            cwd=run.scratch,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            timeout=SUITE_SECONDS_MAX + 60,
            check=False,
        )
    return outcomes((run.scratch / "output.json").read_text().splitlines())


def outcomes(lines: Iterable[str]) -> Outcomes:
    """Return what the events of `test2json` say of each test."""
    found: Outcomes = {}
    said: dict[str, str] = {}
    for event in map(json.loads, lines):
        test = event.get("Test")
        if test is None:
            continue
        if event["Action"] == "output" and PLACE.match(event["Output"]):
            said.setdefault(test, PLACE.sub("", event["Output"]).strip())
        elif event["Action"] in RESULTS:
            result = RESULTS[event["Action"]]
            found[test] = Outcome(
                result, "" if result == PASSED else said.get(test, "")
            )
    return found
