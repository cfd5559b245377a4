"""Each rule of KIP-320 has its promise: what dies where, and after how many states."""

from __future__ import annotations

import pytest
from logion_model.mutants.kip_320 import PROMISE, ROWS, SCOPES, Row, found

SMALL = [row for row in ROWS if row.scope in SCOPES[:2]]
THREE_BROKERS = [row for row in ROWS if row.scope == SCOPES[2]]
LARGE = [row for row in ROWS if row.scope in SCOPES[3:]]


def ids(rows: list[Row]) -> list[str]:
    return [row.change.name for row in rows]


def check(row: Row) -> None:
    """Hold a row to what is found at its scope."""
    report = found(row.change, row.scope)
    broken = [(it.broken, it.length) for it in report.violations]
    assert broken == ([] if row.trace is None else [(PROMISE, row.trace)])
    assert report.violations or report.complete


@pytest.mark.parametrize("row", SMALL, ids=ids(SMALL))
def test_a_rule_that_two_brokers_need_is_missed_with_two(row: Row) -> None:
    for scope in SCOPES[: SCOPES.index(row.scope)]:
        assert found(row.change, scope).verdict == "holds"
    check(row)


@pytest.mark.parametrize("row", THREE_BROKERS, ids=ids(THREE_BROKERS))
def test_a_rule_that_three_brokers_need_is_missed_with_three(row: Row) -> None:
    check(row)


def test_what_is_not_killed_has_an_argument() -> None:
    assert [row for row in ROWS if row.trace is None and not row.argument] == []


def test_the_rules_that_need_a_larger_world_are_judged_by_the_command() -> None:
    assert len(SMALL) + len(THREE_BROKERS) + len(LARGE) == len(ROWS) == 19
