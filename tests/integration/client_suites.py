"""Runs the suites of client libraries, and writes docs/client-suites.md.

    .venv/bin/python -m tests.integration.client_suites [SUITE...]

Gets their sources at the versions that this repository pins (into `.cache/suites`),
starts a broker for each, runs the tests that ask one, those that failed once more by
themselves, and writes what came of it to tests/docs/client_suites.json and the page.
Exit status: 0 unless a test failed that nobody has explained, or passed although its
failure is explained (`suites/catalogue.py`). `LOGION_INTEGRATION_TARGET=apache` runs
the same on Apache Kafka, writes nothing, and tells what differs.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter

from tests.docs import suites_page
from tests.integration import brokers
from tests.integration.suites.catalogue import SUITES
from tests.integration.suites.kinds import (
    CACHE,
    FAILED,
    PASSED,
    SECOND_TRY,
    SKIPPED,
    Outcome,
    Outcomes,
    Run,
    Suite,
)


def run(suite: Suite) -> Outcomes:
    """Run a suite against a broker of its own; what failed, once more."""
    sources = suite.sources()
    scratch = CACHE / "runs" / suite.name
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    settings = dict(suite.settings)
    with brokers.target(
        scratch / "broker", release=suite.release, settings=settings
    ) as broker:
        against = Run(sources, scratch, broker.bootstrap)
        first = suite.run(against, ())
        again = failures(first) - suite.explained.keys()
        second = suite.run(against, tuple(sorted(again))) if again else {}
        broker.kill()  # hundreds of topics that nobody needs any more
    return first | {name: told_again(it) for name, it in second.items()}


def told_again(outcome: Outcome) -> Outcome:
    """Return the outcome of a second try, which says that it is one if it passed."""
    return Outcome(PASSED, SECOND_TRY) if outcome.result == PASSED else outcome


def failures(outcomes: Outcomes) -> set[str]:
    """Return the tests that failed."""
    return {name for name, it in outcomes.items() if it.result == FAILED}


def complaints(suite: Suite, outcomes: Outcomes) -> list[str]:
    """Return what the table of explanations does not say of a run, or says wrongly."""
    failed = failures(outcomes) - suite.races.keys()
    unexplained = [
        f"{suite.name}: {name} failed: {outcomes[name].said}"
        for name in sorted(failed - suite.explained.keys())
    ]
    untrue = [
        f"{suite.name}: {name} is said to fail, and does not"
        for name in sorted(suite.explained.keys() - failed)
    ]
    return unexplained + untrue


def summary(outcomes: Outcomes) -> str:
    """Return how many tests went how."""
    counts = Counter(it.result for it in outcomes.values())
    return ", ".join(f"{counts[each]} {each}" for each in (PASSED, FAILED, SKIPPED))


def chosen(names: list[str]) -> list[Suite]:
    """Return the suites of these names, or all; SystemExit for a name of none."""
    known = {suite.name: suite for suite in SUITES}
    if wrong := [name for name in names if name not in known]:
        raise SystemExit(f"no suite {', '.join(wrong)}: there are {', '.join(known)}")
    return [known[name] for name in names or known]


def main() -> int:
    """Run the suites that are named; return an exit status."""
    wrong: list[str] = []
    for suite in chosen(sys.argv[1:]):
        outcomes = run(suite)
        wrong += complaints(suite, outcomes)
        print(f"{suite.name} {suite.version()}: {summary(outcomes)}", flush=True)
        if brokers.TARGET == "logion":
            suites_page.keep(suite, outcomes)
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
