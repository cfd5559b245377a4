"""Compares logion with Apache Kafka, release by release, and keeps the result.

    .venv/bin/python -m tests.docs.compare_page 0.10.0 3.9   # no release: all eleven

What came of a release goes to `compared.json`, from which `docs/compare.md` is made.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from logion_conformance.apache import PATCHES
from logion_conformance.compare.__main__ import compare
from logion_conformance.compare.catalogue import PROBES
from logion_conformance.compare.comparison import Comparison, Plan
from logion_conformance.targets import named

from tests.docs.settings_compared import section
from tests.root import ROOT

KEPT = Path(__file__).with_name("compared.json")
PAGE = ROOT / "docs" / "compare.md"

HEAD = """# logion beside Apache Kafka

Written by `make compare`, never by hand; a test compares. `logion broker --release R`
and Apache Kafka R, started on this machine, get the same requests
(`python -m logion_conformance.compare`):
each probe is a small script about one API, put to both in each version both speak.
Compared are decoded answers, field by field, closed connections and silence. Ids that a
broker chooses count by the order of their appearance; addresses, pauses, sizes of disks
and the wording of texts do not count (but whether there is a text does).

*Equal* and *deviations* count runs: probes in versions, all of them or of each API the
oldest and the newest. A deviation is a row of
[deviations.md](deviations.md), which `logion_conformance/compare/known.py` names. What
is *unexplained* is listed below the table: a defect of one of the two that is not
understood yet.

    make compare                                    # all releases, some minutes
    make compare RELEASES="0.10.0 3.9"              # these
    make compare RELEASES="--quick 4.3"             # in the oldest and newest versions
    python -m logion_conformance.compare logion-3.9 apache-3.9 --probe 'Fetch/*'
    python -m logion_conformance.compare apache-2.8 HOST:PORT   # any two brokers
"""

COLUMNS = (
    *("release", "Apache Kafka", "probes", "versions", "runs", "equal"),
    *("deviations", "unexplained", "date", "commit"),
)
TABLE = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def result_of(
    release: str, comparison: Comparison, *, is_quick: bool
) -> dict[str, Any]:
    """Return what is kept of a comparison."""
    outcomes = comparison.outcomes
    counts = Counter(it.verdict for it in outcomes)
    rows = Counter(each.row for it in outcomes for each in it.known)
    unexplained: dict[str, list[int]] = {}
    for it in outcomes:
        if it.verdict == "different":
            unexplained.setdefault(it.probe.name, []).append(it.version)
    return {
        "apache": PATCHES[release],
        "probes": len({it.probe.name for it in outcomes}),
        "versions": "oldest, newest" if is_quick else "all",
        "runs": len(outcomes),
        "equal": counts["equal"],
        "deviations": counts["deviation"],
        "rows": dict(sorted(rows.items())),
        "unexplained": unexplained,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit(),
    }


def commit() -> str:
    """Return the commit that is checked out."""
    command = ("git", "rev-parse", "--short=12", "HEAD")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def kept() -> dict[str, Any]:
    """Return what is kept, by release."""
    found: dict[str, Any] = json.loads(KEPT.read_text())
    return found


def page(results: dict[str, Any]) -> str:
    """Return the page that shows some results."""
    rows = [row(name, it) for name, it in results.items()]
    table = "\n".join((TABLE, *rows))
    parts = [HEAD, table, deviations(results), unexplained(results), section()]
    return "\n".join(each for each in parts if each)


def row(release: str, it: dict[str, Any]) -> str:
    """Return the row of a release."""
    count = sum(map(len, it["unexplained"].values()))
    cells = (
        *(release, it["apache"], it["probes"], it["versions"], it["runs"]),
        it["equal"],
        *(it["deviations"], count, it["date"], it["commit"]),
    )
    return f"| {' | '.join(map(str, cells))} |"


def deviations(results: dict[str, Any]) -> str:
    """Return which deviations were met, by the tests that their rows name."""
    met: dict[str, list[str]] = {}
    for release, it in results.items():
        for name, count in it["rows"].items():
            met.setdefault(name, []).append(f"{release}: {count}")
    lines = [f"| `{name}` | {', '.join(met[name])} |" for name in sorted(met)]
    head = "\n## Deviations met\n\n| row, by its test | runs |\n|---|---|"
    return "\n".join((head, *lines)) if lines else ""


def unexplained(results: dict[str, Any]) -> str:
    """Return what differs and is not explained, by release."""
    lines = [
        f"| {release} | {', '.join(told(it['unexplained']))} |"
        for release, it in results.items()
        if it["unexplained"]
    ]
    head = "\n## Unexplained\n\n| release | probes (versions) |\n|---|---|"
    return "\n".join((head, *lines, "")) if lines else "\nNothing is unexplained.\n"


def told(probes: dict[str, list[int]]) -> list[str]:
    """Return names of probes with the versions that differ."""
    return [
        f"{name} ({', '.join(map(str, versions))})" for name, versions in probes.items()
    ]


def main(arguments: Sequence[str]) -> int:
    """Compare these releases, or all; write the page.

    Returns 1 if anything is not explained, or nothing was compared.

    With `--quick` only in the oldest and the newest version of each API.
    """
    is_quick = "--quick" in arguments
    releases = [it for it in arguments if it != "--quick"]
    results = kept()
    status = 0
    for release in releases or PATCHES:
        print(f"== {release}", flush=True)
        sides = named(f"logion-{release}"), named(f"apache-{release}")
        comparison = compare(*sides, Plan(PROBES, "ends" if is_quick else "all"))
        results[release] = result_of(release, comparison, is_quick=is_quick)
        print(row(release, results[release]), flush=True)
        ordered = {name: results[name] for name in PATCHES if name in results}
        KEPT.write_text(json.dumps(ordered, indent=1) + "\n")
        PAGE.write_text(page(ordered))
        status |= bool(results[release]["unexplained"]) or not comparison.outcomes
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
