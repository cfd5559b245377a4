from __future__ import annotations

import pytest
from logion.group.consumer.pattern_syntax import (
    ALL,
    DIGIT,
    NEWLINE,
    Alternatives,
    Assertion,
    Characters,
    Repeat,
    Sequence,
    both_cases,
    mask_of,
    parse,
)

A, B = Characters(mask_of("a")), Characters(mask_of("b"))


def test_what_stands_side_by_side_follows_and_bars_divide() -> None:
    assert parse("ab|b") == Alternatives((Sequence((A, B)), B))


def test_repetitions_say_from_how_many_to_how_many() -> None:
    assert parse("a*") == Repeat(A, 0, None)
    assert parse("a+?") == Repeat(A, 1, None), "greed makes no difference"
    assert parse("a{2,3}") == Repeat(A, 2, 3)
    assert parse("a{2}") == Repeat(A, 2, 2)


def test_sets_are_masks_of_characters() -> None:
    assert parse("[ab]") == Characters(mask_of("ab"))
    assert parse("[^ab]") == Characters(ALL & ~mask_of("ab"))
    assert parse(r"\d") == parse("[[:digit:]]") == Characters(DIGIT)
    assert parse(r"\D") == Characters(ALL & ~DIGIT)
    assert parse(".") == Characters(ALL & ~NEWLINE)


def test_flags_hold_to_the_end_of_their_group() -> None:
    assert parse("(?i:a)b") == Sequence((Characters(mask_of("aA")), B))
    assert both_cases(mask_of("aZ0")) == mask_of("aAzZ0")


def test_places_in_the_text_are_no_characters() -> None:
    assert parse(r"\Aa") == Sequence((Assertion("start"), A))


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "*a", "a{1001}", r"\8", "a\\"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(pattern)
