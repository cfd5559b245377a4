from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion_conformance.expect import (
    Broken,
    error_of,
    expect,
    expect_error,
    expect_in,
    expect_success,
    expect_that,
    expect_wait,
    shown,
)


def test_what_is_as_expected_passes() -> None:
    expect("the offset", 3, 3)
    expect_error(2, Error.NONE, Error.CORRUPT_MESSAGE)
    expect_success(0)
    expect_in("the leader", 1, {1, 2})
    expect_that("the wait", holds=True, expected="short", came="0.1 s")


def test_what_differs_is_told_with_what_was_expected() -> None:
    with pytest.raises(Broken) as broken:
        expect("the offset", 4, 3)
    assert str(broken.value) == "the offset: expected 3; came 4"


def test_an_error_is_told_by_name_and_number() -> None:
    with pytest.raises(Broken) as broken:
        expect_error(3, Error.NONE, Error.CORRUPT_MESSAGE)
    assert broken.value.expected == "NONE (0) or CORRUPT_MESSAGE (2)"
    assert broken.value.came == "UNKNOWN_TOPIC_OR_PARTITION (3)"


def test_a_success_that_is_none_is_broken() -> None:
    with pytest.raises(Broken):
        expect_success(2)


def test_a_stranger_is_broken() -> None:
    with pytest.raises(Broken, match="expected 1 or 2; came 3"):
        expect_in("the leader", 3, [1, 2])


@pytest.mark.parametrize("took_s", [0.05, 0.3])
def test_a_wait_has_to_be_neither_short_nor_long(took_s: float) -> None:
    expect_wait(0.1, ms_min=100, ms_max=300)
    expected = f"the wait: expected 100 to 300 ms; came '{took_s:.3f} s'"
    with pytest.raises(Broken, match=expected):
        expect_wait(took_s, ms_min=100, ms_max=300)


def test_what_does_not_hold_is_broken() -> None:
    with pytest.raises(Broken, match="the wait: expected short; came '9 s'"):
        expect_that("the wait", holds=False, expected="short", came="9 s")


def test_a_code_that_no_error_has_stays_a_number() -> None:
    assert error_of(31_000) == 31_000


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 900).endswith("... (902)")
