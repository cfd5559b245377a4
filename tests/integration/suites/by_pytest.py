"""Runs a suite that is written for pytest, in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.integration.suites.kinds import (
    FAILED,
    PASSED,
    SKIPPED,
    SUITE_SECONDS_MAX,
    TEST_SECONDS_MAX,
    Outcome,
    Outcomes,
    Run,
)

OURS = ("logion", "logion_conformance", "trio", "xdist", "hypothesispytest")
"""Plugins of this environment that a suite of others does not know."""


@dataclass(frozen=True, slots=True)
class Pytest:
    """How a suite's pytest is started."""

    plugins: tuple[str, ...]
    """Modules of this package."""
    files: tuple[str, ...]
    options: tuple[str, ...] = ()


def run_pytest(
    how: Pytest, run: Run, names: tuple[str, ...], env: Mapping[str, str]
) -> Outcomes:
    """Run a suite's files, or its tests of these names; RuntimeError if it breaks.

    Its own settings of pytest are not read: they ask for plugins that are not here,
    and make errors of warnings about newer Pythons.
    """
    (run.scratch / "pytest.ini").write_text("[pytest]\n")
    written = run.scratch / "result.xml"
    written.unlink(missing_ok=True)
    with (run.scratch / "output.txt").open("ab") as out:
        subprocess.run(
            command(how, run, names, written),
            cwd=run.sources,
            env={**os.environ, **paths(run), **env},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            timeout=SUITE_SECONDS_MAX,
            check=False,
        )
    if not written.exists():
        raise RuntimeError(f"the suite ended early: see {run.scratch}/output.txt")
    return outcomes(written)


def command(
    how: Pytest, run: Run, names: tuple[str, ...], written: Path
) -> tuple[str, ...]:
    """Return the command that runs the suite and writes its result."""
    without = [f"-pno:{plugin}" for plugin in OURS]
    within = [f"-p{plugin}" for plugin in ("limit", *how.plugins)]
    return (
        *(sys.executable, "-m", "pytest", "-c", str(run.scratch / "pytest.ini")),
        *("--rootdir", str(run.sources), f"--junitxml={written}", "--tb=short"),
        *(*without, *within, *how.options, *(tuple(map(node_id, names)) or how.files)),
    )


def paths(run: Run) -> dict[str, str]:
    """Return where the suite finds its sources and our plugins."""
    return {
        "PYTHONPATH": f"{Path(__file__).parent}{os.pathsep}{run.sources}",
        "SUITE_TEST_SECONDS": str(TEST_SECONDS_MAX),
    }


def name_of(case: ET.Element) -> str:
    """Return `module.Class::test`, as the result names it."""
    return f"{case.get('classname')}::{case.get('name')}"


def node_id(name: str) -> str:
    """Return what pytest calls a test that the result names."""
    where, _, test = name.partition("::")
    parts = where.split(".")
    classes = [part for part in parts if part[:1].isupper()]
    module = "/".join(part for part in parts if part not in classes)
    return "::".join((f"{module}.py", *classes, test))


def outcomes(written: Path) -> Outcomes:
    """Return what a result file of pytest says of each test."""
    cases = ET.parse(written).getroot().iter("testcase")
    return {name_of(case): outcome(case) for case in cases}


def outcome(case: ET.Element) -> Outcome:
    """Return how a test went."""
    for tag, result in (("failure", FAILED), ("error", FAILED), ("skipped", SKIPPED)):
        found = case.find(tag)
        if found is not None:
            lines = (found.get("message") or "").splitlines()
            return Outcome(result, lines[0] if lines else "")
    return Outcome(PASSED)
