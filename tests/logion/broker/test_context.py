"""What a handler knows of a request beyond its body."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
from logion.broker.context import LOOK_AGAIN_S, CloseConnection, Context
from trio.testing import MockClock


def test_a_context_cannot_be_changed_by_a_handler() -> None:
    context = Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT")
    assert context == Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT")
    assert hash(context) == hash(Context(3, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT"))


def test_a_closed_connection_says_why() -> None:
    assert str(CloseConnection("acks=0 failed")) == "acks=0 failed"


def context(is_client_lost: Callable[[], bool]) -> Context:
    """Return what is known of a request whose client may close."""
    return Context(1, 9, 7, "client", "10.0.0.1:1", "PLAINTEXT", is_client_lost)


async def test_a_wait_goes_on_for_as_long_as_its_client_is_there(
    autojump_clock: MockClock,
) -> None:
    event, asked = trio.Event(), 0

    def is_lost() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            event.set()
        return False

    begun = autojump_clock.current_time()
    await context(is_lost).while_connected(event.wait)
    assert asked == 3
    assert autojump_clock.current_time() - begun == pytest.approx(3 * LOOK_AGAIN_S)


async def test_a_wait_ends_when_its_client_has_closed(
    autojump_clock: MockClock,
) -> None:
    begun = autojump_clock.current_time()
    with pytest.raises(ConnectionAbortedError, match="closed while"):
        await context(lambda: True).while_connected(trio.sleep_forever)
    assert autojump_clock.current_time() - begun == pytest.approx(LOOK_AGAIN_S)
