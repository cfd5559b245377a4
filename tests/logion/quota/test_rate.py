"""Rates over samples, and buckets of tokens: how long one who had too much waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion.quota.rate import PAUSE_MS_MAX, Rate, Tokens, Window

WINDOW = Window(samples=11, sample_ms=1000)
START = 1_700_000_000_000


def test_a_burst_of_what_the_window_holds_costs_no_pause() -> None:
    rate = Rate(WINDOW)
    rate.record(10_000, START)
    assert rate.pause_ms(1000, START) == 0


def test_what_is_too_much_costs_the_time_in_which_it_was_allowed() -> None:
    rate = Rate(WINDOW)
    rate.record(15_000, START)
    assert rate.pause_ms(1000, START) == 5000


def test_time_without_use_lowers_the_rate_until_it_is_forgotten() -> None:
    rate = Rate(WINDOW)
    rate.record(30_000, START)
    pauses = [rate.pause_ms(1000, START + ms) for ms in (0, 500, 5000, 10_000, 10_999)]
    assert pauses == [20_000, 19_500, 20_000, 20_000, 19_001]
    assert not rate.is_idle(START + 10_999)
    assert rate.is_idle(START + 11_000)
    assert rate.pause_ms(1000, START + 11_000) == 0


def test_a_sample_is_as_old_as_what_came_into_it_last() -> None:
    rate = Rate(WINDOW)
    for ms in (0, 999, *range(1000, 12_000, 1000)):
        rate.record(2000, START + ms)
    assert rate.pause_ms(1000, START + 11_000) == 26_000 - 11_000
    assert rate.pause_ms(1000, START + 11_999) == 22_000 - 10_999


def test_a_sample_begins_when_the_one_before_is_over() -> None:
    rate = Rate(WINDOW)
    for ms in (0, 1000):
        rate.record(11_000, START + ms)
    assert rate.pause_ms(1000, START + 11_000) == 1000


def test_what_comes_at_one_moment_is_in_one_sample() -> None:
    rate = Rate(WINDOW)
    for _ in range(20):
        rate.record(1000, START)
    assert rate.pause_ms(1000, START) == 10_000


def test_a_rate_that_nobody_asks_for_keeps_few_samples_too() -> None:
    rate = Rate(WINDOW)
    for second in range(100):
        rate.record(1, START + 1000 * second)
    assert len(rate._samples) == WINDOW.samples + 1


def test_a_steady_rate_at_its_limit_never_pauses() -> None:
    rate = Rate(WINDOW)
    for second in range(100):
        rate.record(1000, START + 1000 * second)
        assert rate.pause_ms(1000, START + 1000 * second) <= 1000


def test_a_client_that_pauses_as_told_keeps_to_its_limit() -> None:
    rate, now_ms, used = Rate(WINDOW), START, 0
    while now_ms < START + 300_000:
        rate.record(5000, now_ms)
        used += 5000
        now_ms += rate.pause_ms(1000, now_ms) + 1
    assert used / ((now_ms - START) / 1000) == pytest.approx(1000, rel=0.1)


def test_what_is_taken_back_does_not_count() -> None:
    rate = Rate(WINDOW)
    rate.record(50_000, START)
    rate.record(-50_000, START)
    assert rate.pause_ms(1000, START) == 0


def test_a_window_of_one_sample_has_a_rate_at_its_very_start() -> None:
    rate = Rate(Window(1, 1000))
    rate.record(1, START)
    assert rate.pause_ms(1000, START) == 0
    rate.record(9, START)
    assert rate.pause_ms(1000, START) == 9  # 10 within 1 ms


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 10**6)), max_size=60),
    st.integers(1, 10**6),
)
def test_a_rate_keeps_few_samples_and_its_pause_is_a_time(
    steps: list[tuple[int, int]], limit: int
) -> None:
    rate, now_ms = Rate(WINDOW), START
    for passed_ms, value in steps:
        now_ms += passed_ms
        rate.record(value, now_ms)
        assert 0 <= rate.pause_ms(limit, now_ms) <= PAUSE_MS_MAX
        assert len(rate._samples) <= WINDOW.samples + 1


def test_tokens_may_be_used_up_at_once_and_come_back_at_the_limit_s_rate() -> None:
    tokens = Tokens(WINDOW)
    tokens.take(22, 2, START)
    assert tokens.pause_ms(2, START) == 0
    tokens.take(3, 2, START)
    assert tokens.pause_ms(2, START) == 1500
    assert tokens.pause_ms(2, START + 1500) == 0
    assert tokens.left(2, START + 2000) == 1
    assert not tokens.is_idle(START + 2000)


def test_tokens_never_grow_beyond_what_the_window_holds() -> None:
    tokens = Tokens(WINDOW)
    tokens.take(1, 2, START)
    assert not tokens.is_idle(START + 499)
    assert tokens.left(2, START + 10**9) == 22
    assert tokens.is_idle(START + 10**9)


def test_a_pause_is_never_longer_than_an_answer_can_tell() -> None:
    rate, tokens = Rate(WINDOW), Tokens(WINDOW)
    rate.record(1e300, START)
    assert rate.pause_ms(1, START) == PAUSE_MS_MAX
    tokens.take(1e300, 1, START)
    assert tokens.pause_ms(1, START) == PAUSE_MS_MAX


@pytest.mark.parametrize(("limit", "pause_ms"), [(0, PAUSE_MS_MAX), (-1, 0)])
def test_a_limit_of_0_holds_for_good_and_one_below_holds_nobody(
    limit: float, pause_ms: int
) -> None:
    rate, tokens = Rate(WINDOW), Tokens(WINDOW)
    rate.record(5, START)
    assert rate.pause_ms(limit, START) == pause_ms
    tokens.take(5, limit, START)
    assert tokens.pause_ms(limit, START) == pause_ms


def test_a_limit_of_0_is_kept_by_who_uses_nothing() -> None:
    assert Rate(WINDOW).pause_ms(0, START) == 0
    assert Tokens(WINDOW).pause_ms(0, START) == 0


def test_a_clock_that_is_set_back_takes_no_tokens() -> None:
    tokens = Tokens(WINDOW)
    tokens.take(1, 2, START)
    assert tokens.left(2, START - 3_600_000) == 21
