"""How many settings of each release are told as Apache Kafka tells them, for a page."""

from __future__ import annotations

import json
from typing import Any

from logion_conformance.apache import version_of

from tests.root import ROOT
from tests.settings.differences import ROWS, is_known

FACTS = ROOT / "tests/settings/facts"
COLUMNS = (
    *("Apache Kafka", "of brokers", "of topics", "of groups", "told otherwise"),
    *("changes", "refused otherwise"),
)

HEAD = """## Settings

What DescribeConfigs tells of every setting, its name, type, value, source, synonyms and
whether it is read-only or sensitive, is compared by a test of its own
(`tests/settings`, in `make test`): six releases were given settings, were asked, had
some of them changed, and were asked again. *Changes* are those that were tried, most of
them wrong: their error codes are compared. What is told or refused *otherwise* is a row
of [deviations.md](deviations.md).
"""


def section() -> str:
    """Return the part of the page that tells of settings."""
    head = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"
    releases = sorted(FACTS.glob("*.json"), key=lambda it: version_of(it.stem))
    return "\n".join((HEAD, head, *(row(it.stem) for it in releases), ""))


def row(release: str) -> str:
    """Return the row of a release."""
    facts: dict[str, Any] = json.loads((FACTS / f"{release}.json").read_text())
    described = (len(facts.get(it, ())) for it in ("broker", "topic", "group"))
    names = {name for (of, _), found in ROWS.items() if of == release for name in found}
    refused = facts["refused"].items()
    codes = sum(is_known(release, label, code) for label, (code, _) in refused)
    cells = (release, *described, len(names), len(refused), codes)
    return f"| {' | '.join(map(str, cells))} |"
