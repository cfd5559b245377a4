from __future__ import annotations

from pathlib import Path

import pytest
from logion_model import estimate
from logion_model.catalogue import MODELS
from logion_model.entry import Scope
from logion_model.estimate import (
    STATES_MAX,
    Estimate,
    bytes_each,
    free_memory,
    levels,
    rounded,
    states_in_all,
)
from logion_model.kernel import HashedSearch, Progress, Search, breadth


@pytest.mark.parametrize(
    ("name", "scope", "distinct"),
    [
        ("kip-320", (3, 2, 2, 1), 39_619),
        ("group-classic", (3, 0, 1, 2, 1, 0), 15_784),
        ("log", (4, 2, 1), 13_048),
    ],
)
def test_a_tenth_of_the_states_tells_how_many_there_are_within_a_factor_of_ten(
    name: str, scope: Scope, distinct: int
) -> None:
    search = Search.begun(MODELS[name].at(scope), (), to_the_end=True)
    search.run(states_max=distinct // 10)
    assert distinct / 10 < states_in_all(search.sizes) < 10 * distinct


def test_levels_that_grow_ever_faster_have_no_end_in_sight() -> None:
    assert states_in_all([1, 2, 6, 24, 120, 720]) == STATES_MAX


@pytest.mark.parametrize("size", [1, 7, 10**9])
def test_levels_that_stay_as_large_have_no_end_in_sight(size: int) -> None:
    assert states_in_all([size] * 9) == STATES_MAX


def test_a_level_that_is_known_in_part_is_said_to_grow_on_as_it_did() -> None:
    half_known = Progress(distinct=10 + 40 + 60, generated=0, depth=2, queue=20 + 60)
    assert levels([10, 40], half_known) == [10, 40, 120]
    assert levels([10, 40], half_known._replace(distinct=50, queue=40)) == [10, 40]


def test_a_scope_whose_levels_explode_is_judged_before_the_next_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(breadth, "WATCHED_EVERY", 50)
    search = HashedSearch.begun(MODELS["kip-848"].at((3, 2, 2, 3)), (), to_the_end=True)
    search.run(states_max=10_000)
    assert search.distinct < 13_000
    assert states_in_all(levels(search.sizes, search.progress)) == STATES_MAX


def test_of_a_few_levels_nothing_is_said() -> None:
    assert states_in_all([1, 4, 2]) == STATES_MAX


def test_the_size_of_a_state_counts_what_states_share_once() -> None:
    shared = tuple(range(1_000, 1_100))
    apart = bytes_each((n, tuple(range(n, n + 100))) for n in range(1_000, 1_050))
    assert bytes_each((n, shared) for n in range(50)) < apart / 5
    assert bytes_each([]) > 0


def test_an_estimate_says_how_much_memory_it_means() -> None:
    needed = Estimate(1_234_567, 400)
    assert needed.size == 1_234_567 * 400
    assert str(needed) == "about 1,200,000 states, 400 bytes each"
    endless = str(Estimate(STATES_MAX, 400))
    assert endless == "over 1,000,000,000,000,000 states, 400 bytes each"


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (7, "7"), (123, "120"), (98_765, "99,000")]
)
def test_a_rounded_number_has_two_digits_that_count(number: float, text: str) -> None:
    assert rounded(number) == text


def test_free_memory_is_what_the_system_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "meminfo"
    told.write_text("MemTotal: 10 kB\nMemAvailable:  7 kB\n")
    monkeypatch.setattr(estimate, "MEMORY", told)
    assert free_memory() == 7 * 1024
    monkeypatch.setattr(estimate, "MEMORY", tmp_path / "none")
    assert free_memory() > 10**6
