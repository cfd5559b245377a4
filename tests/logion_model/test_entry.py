from __future__ import annotations

import pytest
from logion_model.bugs import BUGS, is_in, shows
from logion_model.catalogue import check
from logion_model.entry import Entry, difference, expect


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (expect("log", (2, 2, 1), 1, 1), "223 states, depth 8, holds, vacuous"),
        (
            expect("truncate-to-high-watermark", (2, 2, 2, 1), weak_isr=8),
            "violates weak-isr after 9",
        ),
        (
            Entry(
                "kip-101", (2, 2, 2, 0), (("weak-isr", 9),), properties=("weak-isr",)
            ),
            "holds",
        ),
        (
            expect("group-classic", (1, 0, 1, 1, 1, 0), 1, 1),
            "24 states, depth 7, holds",
        ),
        (
            expect("group-kafka-9801", (0, 1, 2, 1, 1, 0), 1, 1, owned=5),
            "50 states, depth 8, violates owned after 6",
        ),
    ],
    ids=str,
)
def test_an_entry_that_is_not_so_is_told_what_was_found(
    entry: Entry, found: str
) -> None:
    assert difference(entry, check(entry)) == found


def test_an_entry_says_what_is_expected_in_one_line() -> None:
    assert str(expect("log", (3, 2, 1), 1_832, 12)) == (
        "log at 3,2,1, all properties: 1,832 states, depth 12, holds"
    )
    counted = Entry("log", (3, 2, 1), distinct=1, depth=1, properties=())
    assert str(counted) == "log at 3,2,1, states only: 1 states, depth 1, holds"
    assert (counted.verdict, counted.trace_length) == ("holds", None)


def test_a_violation_is_told_with_its_length() -> None:
    broken = Entry("log", (3, 2, 1), (("a", 4), ("b", 5)), properties=("a", "b"))
    assert str(broken) == "log at 3,2,1, a, b: violates a after 4, b after 5"
    assert (broken.verdict, broken.trace_length) == ("violated", 4)


def test_the_cure_of_a_bug_is_another_model_in_which_what_was_broken_holds() -> None:
    broken = expect("kip-101", (2, 2, 2, 2), 9_045, 18, weak_isr=12, strong_isr=12)
    cured = shows(3, broken, cure="kip-279").cured
    assert cured == Entry(
        "kip-279", (2, 2, 2, 2), properties=("weak-isr", "strong-isr")
    )


def test_the_bugs_of_kafka_0_10_0_are_sixteen() -> None:
    assert list(BUGS) == list(range(1, 45))
    of_010 = [number for number, bug in BUGS.items() if "0.10.0" in bug.seen_in]
    assert of_010 == [1, 2, 5, 6, 7, 10, 12, 13, 16, 17, 20, 21, 23, 26, 27, 28]


@pytest.mark.parametrize(
    ("release", "has", "may_have"),
    [
        (
            "0.10.0.1",
            [1, 2, 5, 6, 7, 10, 12, 13, 16, 17, 20, 21, 23, 26, 27, 28],
            [14, 19, 33],
        ),
        ("2.0.0", [5, 6, 7, 10, 13, 16, 17, 21, 23, 28], [8, 9, 14, 19, 24]),
        ("2.4.1", [13, 17, 21, 32], [9, 14, 19, 29, 31]),
        ("4.0.0", [], []),
    ],
)
def test_a_release_has_what_was_there_by_then_and_is_mended_later(
    release: str, has: list[int], may_have: list[int]
) -> None:
    of_transactions = 34
    found = {
        number: is_in(bug, release)
        for number, bug in BUGS.items()
        if bug.fixed or is_in(bug, release)
    }
    early = [number for number in found if number < of_transactions]
    assert [number for number in early if found[number]] == has
    assert [number for number in early if found[number] is None] == may_have


@pytest.mark.parametrize(
    ("number", "release", "is_there"),
    [
        (38, "0.10.2", False),
        (38, "0.11", True),
        (38, "2.5.1", True),
        (38, "2.6", False),
        (31, "2.2.2", False),
        (31, "2.3", None),
        (31, "2.5.1", True),
        (20, "0.10.0.0", True),
        (20, "1.0.0", None),
    ],
)
def test_a_release_may_be_named_by_its_line(
    number: int, release: str, is_there: bool | None
) -> None:
    assert is_in(BUGS[number], release) is is_there
