from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.configuration import storage_directory
from logion.protocol.errors import ApiError, Error
from logion_conformance.expect import Broken, expect, expect_that
from logion_conformance.inputs import INPUTS_MAX, SEED, for_any
from logion_conformance.subject import Story
from logion_conformance.tape import Tape

NUMBERS = st.lists(st.integers(0, 1000))


def subject() -> Any:
    """Return as much of a broker under test as the inputs of a case need."""
    return SimpleNamespace(story=Story([], Tape()))


async def test_a_rule_that_holds_is_tried_with_so_many_inputs() -> None:
    tried: list[list[int]] = []

    async def holds(numbers: list[int]) -> None:
        tried.append(numbers)

    await for_any(subject(), NUMBERS, holds)
    assert len(tried) == INPUTS_MAX
    first, tried = tried, []
    await for_any(subject(), NUMBERS, holds)
    assert tried == first


async def test_a_failure_is_told_for_the_least_input() -> None:
    async def holds(numbers: list[int]) -> None:
        expect("the sum", sum(numbers) // 100, 0)

    with pytest.raises(Broken) as caught:
        await for_any(subject(), NUMBERS, holds)
    assert (
        caught.value.what == f"the sum, for [100] (the least that fails, seed {SEED})"
    )
    assert (caught.value.expected, caught.value.came) == ("0", "1")


async def test_what_was_said_about_other_inputs_is_not_told() -> None:
    broker = subject()
    broker.story.tape.keep(0, is_sent=True, data=b"before")

    async def holds(numbers: list[int]) -> None:
        broker.story.tape.keep(0, is_sent=True, data=bytes(numbers))
        expect_that("it", holds=len(numbers) < 2, expected="less", came=numbers)

    with pytest.raises(Broken):
        await for_any(broker, st.lists(st.integers(0, 255)), holds)
    assert [it.data for it in broker.story.tape.events] == [b"before", b"\0\0"]


async def test_an_error_of_the_client_fails_the_rule_too() -> None:
    async def holds(_: list[int]) -> None:
        raise ApiError(Error.CORRUPT_MESSAGE, "what is this")

    with pytest.raises(Broken, match=r"the rule, for \[\].* came ApiError: .*what is"):
        await for_any(subject(), NUMBERS, holds)


async def test_a_failure_that_does_not_come_again_is_a_failure() -> None:
    failures = iter([True])

    async def holds(_: list[int]) -> None:
        expect("whether it fails", next(failures, False), expected=False)

    with pytest.raises(Broken, match="whether it fails, for"):
        await for_any(subject(), NUMBERS, holds)


async def test_a_case_may_find_that_it_does_not_apply() -> None:
    async def holds(_: list[int]) -> None:
        pytest.skip("no such thing")

    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        await for_any(subject(), NUMBERS, holds)


async def test_nothing_is_left_where_the_suite_is_run() -> None:
    async def holds(numbers: list[int]) -> None:
        pass

    await for_any(subject(), NUMBERS, holds)
    kept = storage_directory("constants").path
    assert not kept.is_relative_to(Path.cwd())
