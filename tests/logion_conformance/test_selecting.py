"""Which cases are run, by the suite's options and by those of pytest."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from logion_conformance import selecting
from logion_conformance.case import SHOULD, Case
from logion_conformance.catalogue import functions

from tests.logion.client.small_broker import running
from tests.logion_conformance.test_plugin import run

ABOUT = Case(
    "log-dirs.told", SHOULD, "KIP-113", {"DescribeLogDirs": "0+", "Fetch": "4"}
)


@pytest.mark.parametrize(
    ("flags", "is_run"),
    [({}, True), ({"quick": True}, False), ({"quick": True, "with_stops": True}, True)],
)
def test_cases_that_stop_a_broker_are_run_when_asked_for(
    flags: dict[str, bool], is_run: bool
) -> None:
    option = Namespace(**{"quick": False, "with_stops": False, "case": None, **flags})
    item: Any = SimpleNamespace(fixturenames=("provisioner",))
    assert selecting.is_asked_for(item, option) == is_run


def test_a_case_is_marked_by_its_level_its_area_and_its_apis() -> None:
    assert list(selecting.marks_of(ABOUT)) == [
        "should",
        "area_log_dirs",
        "api_DescribeLogDirs",
        "api_Fetch",
    ]


def test_marks_are_names_that_m_understands() -> None:
    marks = {mark for case, _ in functions() for mark in selecting.marks_of(case)}
    assert all(mark.isidentifier() for mark in marks)


def test_help_has_a_line_for_each_kind_of_mark() -> None:
    lines: list[str] = []
    config: Any = SimpleNamespace(addinivalue_line=lambda _, line: lines.append(line))
    selecting.pytest_configure(config)
    kinds = [line.partition(":")[0] for line in lines]
    assert kinds == ["must", "should", "area_NAME", "api_NAME"]


def of_batches(mark: str) -> set[str]:
    """Return the names of the tests of batches that have a mark."""
    return {
        function.__name__
        for case, function in functions()
        if case.area == "batches" and mark in selecting.marks_of(case)
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("-k", "batches.crc.wrong"), {"test_a_wrong_checksum_is_refused"}),
        (("-m", "should and area_batches"), of_batches("should")),
        (("-m", "must and api_Produce"), of_batches("must")),
        (("-m", "area_groups"), set()),
    ],
)
async def test_cases_are_chosen_by_their_ids_and_their_marks(
    tmp_path: Path, flags: tuple[str, str], expected: set[str]
) -> None:
    async with running() as broker:
        _, output = await run(tmp_path, broker, "--strict-markers", *flags, "--co")
    assert set(re.findall(r"::(\w+)", output)) == expected
