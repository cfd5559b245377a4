"""How many settings of each release are told as Apache Kafka tells them, for a page."""

from __future__ import annotations

import json
from typing import Any

from tests.settings.differences import ROWS, is_known
from tests.settings.observe import FACTS
from tests.settings.test_as_apache import RELEASES

HEAD = """## Settings

What DescribeConfigs tells of every setting, its name, type, value, source, synonyms and
whether it is read-only or sensitive, is compared by a test of its own
(`tests/settings`, in `make test`): six releases were given settings, were asked, had
some of them changed, and were asked again. *Changes* are those that were tried, most of
them wrong: their error codes are compared. What is told or refused *otherwise* is a row
of [deviations.md](deviations.md).

| Apache Kafka | of brokers | of topics | of groups | told otherwise | changes | refused otherwise |
|---|---|---|---|---|---|---|"""


def section() -> str:
    """Return the part of the page that tells of settings."""
    return "\n".join((HEAD, *map(row, RELEASES), ""))


def row(release: str) -> str:
    """Return the row of a release."""
    facts: dict[str, Any] = json.loads((FACTS / f"{release}.json").read_text())
    described = (len(facts.get(it, ())) for it in ("broker", "topic", "group"))
    names = {name for (of, _), found in ROWS.items() if of == release for name in found}
    refused = facts["refused"].items()
    codes = sum(is_known(release, label, code) for label, (code, _) in refused)
    cells = (release, *described, len(names), len(refused), codes)
    return f"| {' | '.join(map(str, cells))} |"
