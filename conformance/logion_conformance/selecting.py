"""Which cases are run: --case and --quick, and what pytest's -k and -m find them by.

A part of the plugin. A case has a mark for its level, one for its area and one for each
of its APIs: `-m must`, `-m "area_groups and api_Heartbeat"`. What is in its id is found
by -k.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

import pytest

from logion_conformance import case as cases

HELP = (
    "must: what the protocol, a KIP or Kafka's documentation promises",
    "should: what Apache Kafka does, and clients rely on",
    "area_NAME: cases whose ids begin so, with _ for -: area_groups, area_log_dirs",
    "api_NAME: cases about an API, as Kafka names it: api_Fetch, api_FindCoordinator",
)
"""What `pytest --markers` says: a line for each kind, not one for each mark."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of cases, by their kinds."""
    for line in HELP:
        config.addinivalue_line("markers", line)


def marks_of(subject: cases.Case) -> Iterator[str]:
    """Yield the names of the marks that a case has."""
    yield subject.level.lower()
    yield f"area_{subject.area.replace('-', '_')}"
    yield from (f"api_{name}" for name in subject.apis)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let -k find a test by the id of its case, and -m by its marks."""
    subject = cases.case_of(item)
    if subject is None:
        return
    item.extra_keyword_matches.add(subject.id)
    for name in marks_of(subject):
        item.config.addinivalue_line("markers", name)  # --strict-markers wants each
        item.add_marker(name)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep the cases that --case names; with --quick none that stops a broker."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        (kept if is_asked_for(item, config.option) else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def is_asked_for(item: pytest.Item, option: Namespace) -> bool:
    """Whether options leave a test among those to run."""
    stops = "provisioner" in getattr(item, "fixturenames", ())
    if stops and option.quick and not option.with_stops:
        return False
    if option.case is None:
        return True
    subject = cases.case_of(item)
    return subject is not None and cases.is_named(subject.id, option.case)
