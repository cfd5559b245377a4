"""A run that is told to end: the case under way ends first, and cleans up."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import trio
from logion_conformance.ending import Ending, ending
from logion_conformance.expect import Broken, only_leaf


@pytest.fixture
def run() -> Iterator[Ending]:
    """What hears both signals, as in the main process of the suite."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (made := Ending()).hearing():
            yield made
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_between_cases_the_run_ends_at_once(number: signal.Signals) -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # trio's
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_case_is_ended_from_within(run: Ending, number: signal.Signals) -> None:
    seen: list[str] = []

    async def case() -> None:
        try:
            async with ending(60, run):
                signal.raise_signal(number)
                seen.append("no exception where the signal came")
                await trio.sleep_forever()
        finally:
            seen.append("cleaned up")

    with pytest.raises(KeyboardInterrupt), run.case():
        trio.run(case)
    assert seen == ["no exception where the signal came", "cleaned up"]


def test_a_case_that_was_told_before_it_could_hear_ends_too(run: Ending) -> None:
    async def case() -> None:
        async with ending(60, run):
            await trio.sleep_forever()

    def told_first() -> None:
        signal.raise_signal(signal.SIGTERM)
        trio.run(case)

    with pytest.raises(KeyboardInterrupt), run.case():
        told_first()


def test_a_case_that_ends_of_itself_meanwhile_ends_the_run(run: Ending) -> None:
    with pytest.raises(KeyboardInterrupt), run.case():
        signal.raise_signal(signal.SIGTERM)


def test_told_twice_nothing_is_waited_for(run: Ending) -> None:
    def case() -> None:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), run.case():
        case()


def test_what_a_case_raises_is_left_alone_otherwise(run: Ending) -> None:
    with pytest.raises(ValueError, match="x"), run.case():
        raise ValueError("x")


def test_where_nobody_hears_ctrl_c_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Ending().hearing():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Ending().hearing():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_case_that_goes_on_and_on_is_broken() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with ending(0, Ending()):
            await trio.sleep_forever()
    assert isinstance(only_leaf(caught.value), Broken)
