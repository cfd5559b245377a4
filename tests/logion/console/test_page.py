"""Figures and times as people read them; addresses."""

from __future__ import annotations

import pytest
from logion.console.page import address, ago, duration, number, size, timestamp


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (1_500_000, "1.4 MiB"),
        (2**40 * 5, "5,120.0 GiB"),
    ],
)
def test_sizes(value: int, text: str) -> None:
    assert size(value) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0.25, "0.2 ms"),
        (999, "999.0 ms"),
        (1500, "1.5 s"),
        (90_000, "2 min"),
        (3_600_000 * 5, "5 h"),
        (86_400_000 * 3, "3 days"),
    ],
)
def test_durations(milliseconds: float, text: str) -> None:
    assert duration(milliseconds) == text


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (1_704_067_200_123, "2024-01-01 00:00:00.123 UTC"),
        (-1, "none"),
        (-2, "-2 ms"),
        (2**63 - 1, "9223372036854775807 ms"),
        (253_402_300_799_999, "9999-12-31 23:59:59.999 UTC"),
    ],
)
def test_times(time_ms: int, text: str) -> None:
    assert timestamp(time_ms) == text


def test_how_long_ago() -> None:
    assert ago(1000, 3000) == "2.0 s ago"
    assert ago(3000, 1000) == "now"


def test_numbers_have_commas() -> None:
    assert number(1_234_567) == "1,234,567"


def test_addresses_leave_out_what_is_not_asked() -> None:
    assert address("/a", q="", page=2) == "/a?page=2"
    assert address("/a", q="x & y") == "/a?q=x+%26+y"
    assert address("/a", q=None) == "/a"
