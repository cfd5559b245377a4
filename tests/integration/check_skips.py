"""Count skipped tests by reason; fail for a reason that `allowed_skips.txt` lacks.

`python -m tests.integration.check_skips REPORT.xml`, with a report of
`pytest --junitxml=REPORT.xml`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree as Xml

ALLOWED = Path(__file__).with_name("allowed_skips.txt")


def skips_in(report: str) -> Counter[str]:
    """Return how many tests of a JUnit report were skipped, by reason."""
    skipped = [case.find("skipped") for case in Xml.fromstring(report).iter("testcase")]
    found = [each for each in skipped if each is not None]
    # An expected failure is reported as skipped too, and is none.
    return Counter(
        each.get("message", "") for each in found if each.get("type") == "pytest.skip"
    )


def patterns_in(text: str) -> list[str]:
    """Return the lines of an allowed list that are neither empty nor comments."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def not_allowed(reasons: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Return the reasons that match none of the patterns."""
    allowed = list(patterns)
    return [r for r in reasons if not any(fnmatchcase(r, p) for p in allowed)]


def main() -> int:
    """Print the skips of a report; return 1 if one is not allowed."""
    skips = skips_in(Path(sys.argv[1]).read_text())
    refused = not_allowed(skips, patterns_in(ALLOWED.read_text()))
    for reason, count in sorted(skips.items()):
        mark = "not allowed" if reason in refused else "allowed"
        print(f"{count} skipped ({mark}): {reason}")
    return int(bool(refused))


if __name__ == "__main__":
    raise SystemExit(main())
