"""Writes docs/client-suites.md from what the last run of the suites has shown.

`tests.integration.client_suites` runs them and keeps the result with `keep`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from tests.integration.suites.catalogue import SUITES
from tests.integration.suites.kinds import (
    FAILED,
    PASSED,
    SKIPPED,
    Outcome,
    Outcomes,
    Suite,
)

RESULT = Path(__file__).parent / "client_suites.json"
PAGE = Path(__file__).parents[2] / "docs" / "client-suites.md"

HEAD = """# The suites of client libraries

Written by `make suites`, never by hand; a test compares. kafka-python, aiokafka and
franz-go test themselves against a broker. Their own tests, unchanged, at the versions
that this repository pins, were run against this one.

Once more: `make suites` (it needs git, Go and the network), or one suite with
`.venv/bin/python -m tests.integration.client_suites kafka-python`. What a test of
theirs cannot ask of a broker that somebody else has started, or of this one, is named
below. A test that fails is run once more by itself, since many of them measure time;
the run ends with an error if a failure is not explained here, and also if a test passes
whose failure is.
"""


def kept() -> dict[str, dict[str, object]]:
    """Return the result of the last run of each suite."""
    result: dict[str, dict[str, object]] = json.loads(RESULT.read_text())
    return result


def keep(suite: Suite, outcomes: Outcomes) -> None:
    """Write a suite's result and the page."""
    tests = {name: asdict(outcomes[name]) for name in sorted(outcomes)}
    result = kept() if RESULT.exists() else {}
    result[suite.name] = {"version": suite.version(), "tests": tests}
    RESULT.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    PAGE.write_text(page(result))


def outcomes_of(result: Mapping[str, object]) -> Outcomes:
    """Return how each test of a suite went."""
    tests = result["tests"]
    assert isinstance(tests, dict)
    return {name: Outcome(**each) for name, each in tests.items()}


def page(result: Mapping[str, Mapping[str, object]]) -> str:
    """Return the page."""
    there = [suite for suite in SUITES if suite.name in result]
    rows = [row(suite, result[suite.name]) for suite in there]
    parts = [part(suite, outcomes_of(result[suite.name])) for suite in there]
    table = (
        "| suite | version | broker's release | passed | failed | skipped |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    )
    return "\n".join((HEAD, *table, *parts))


def row(suite: Suite, result: Mapping[str, object]) -> str:
    """Return a suite's row of the table."""
    counts = Counter(it.result for it in outcomes_of(result).values())
    told = [str(counts[each]) for each in (PASSED, FAILED, SKIPPED)]
    cells = (suite.name, str(result["version"]), suite.release, *told)
    return f"| {' | '.join(cells)} |"


def part(suite: Suite, outcomes: Outcomes) -> str:
    """Return what is told of a suite."""
    lists = (
        ("Not run", [f"{what}: {why}" for what, why in suite.left_out.items()]),
        ("Failed", [failure(suite, name) for name in named(outcomes, FAILED)]),
        (
            "Skipped by the suite itself",
            [f"{shown(it)}: {outcomes[it].said}" for it in named(outcomes, SKIPPED)],
        ),
        ("Passed", [passed(name, outcomes) for name in named(outcomes, PASSED)]),
    )
    told = [bullets(title, each) for title, each in lists if each]
    return "\n".join((f"## {suite.name}", "", *told))


def bullets(title: str, lines: list[str]) -> str:
    """Return a list with its title."""
    return "\n".join((f"{title}:", "", *(f"- {line}" for line in lines), ""))


def failure(suite: Suite, name: str) -> str:
    """Return a failed test with the reason."""
    reason = {**suite.races, **suite.explained}.get(name, "not explained")
    return f"{shown(name)}: {reason}"


def passed(name: str, outcomes: Outcomes) -> str:
    """Return a passed test, with the note if it took a second try."""
    said = outcomes[name].said
    return f"{shown(name)}: {said}" if said else shown(name)


def named(outcomes: Outcomes, result: str) -> list[str]:
    """Return the tests that went like this."""
    return sorted(name for name, it in outcomes.items() if it.result == result)


def shown(name: str) -> str:
    """Return a test's name as the page has it."""
    return f"`{name.removeprefix('test.integration.').removeprefix('tests.')}`"
