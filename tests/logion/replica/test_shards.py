from __future__ import annotations

import pytest
import trio
import trio.testing
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition
from logion.replica.shards import Shards

from tests.logion.replica.leading import partition


class Kept:
    """A shard that is loaded when a test says so."""

    def __init__(self, led: Partition, *, is_loaded: bool) -> None:
        self.partition = led
        self.is_loaded = is_loaded
        self.may_load = trio.Event()

    async def load(self) -> None:
        """Be loaded once it may."""
        await self.may_load.wait()
        self.is_loaded = True


class Coordinator:
    """Notes which of its shards were read, and which it lost."""

    def __init__(self, *, is_loaded: bool) -> None:
        self.is_loaded = is_loaded
        self.read: list[Kept] = []
        self.lost: list[Kept] = []
        self.shards = Shards(
            "key", self.make, on_loaded=self.read.append, on_lost=self.lost.append
        )

    def make(self, led: Partition) -> Kept:
        """Return a shard as this coordinator finds all of them."""
        return Kept(led, is_loaded=self.is_loaded)


def refusal(shards: Shards[Kept], key: str) -> Error:
    with pytest.raises(ApiError) as found:
        shards.of(key)
    return found.value.error


def test_a_key_is_refused_where_its_partition_is_not_led() -> None:
    shards = Coordinator(is_loaded=True).shards
    assert refusal(shards, "a") is Error.NOT_COORDINATOR
    shards.lead([], 1)
    assert refusal(shards, "a") is Error.NOT_COORDINATOR
    led = partition()
    shards.lead([led], 1)
    assert shards.of("a").partition is led
    shards.lead([led], 50)
    assert shards.of("polygenelubricants").partition is led
    assert refusal(shards, "a") is Error.NOT_COORDINATOR


def test_a_refusal_says_of_what() -> None:
    with pytest.raises(ApiError, match="key 'a' is not ours"):
        Coordinator(is_loaded=True).shards.of("a")


def test_a_shard_stays_as_long_as_its_partition_is_the_same() -> None:
    coordinator = Coordinator(is_loaded=True)
    first = partition()
    coordinator.shards.lead([first], 1)
    (kept,) = coordinator.shards
    coordinator.shards.lead([first], 1)
    assert list(coordinator.shards) == [kept]
    assert coordinator.lost == []
    coordinator.shards.lead([partition()], 1)  # made anew under the same name
    assert coordinator.lost == [kept]
    assert list(coordinator.shards) != [kept]


async def test_what_is_led_before_anything_runs_is_loaded_then(
    nursery: trio.Nursery,
) -> None:
    coordinator = Coordinator(is_loaded=False)
    coordinator.shards.lead([partition()], 1)
    (kept,) = coordinator.shards
    nursery.start_soon(coordinator.shards.run)
    await trio.testing.wait_all_tasks_blocked()
    assert coordinator.shards.are_loading
    assert refusal(coordinator.shards, "a") is Error.COORDINATOR_LOAD_IN_PROGRESS
    kept.may_load.set()
    await coordinator.shards.loaded()
    assert coordinator.shards.of("a") is kept
    assert coordinator.read == [kept]


async def test_all_is_known_once_the_last_shard_is(nursery: trio.Nursery) -> None:
    coordinator = Coordinator(is_loaded=False)
    shards = coordinator.shards
    nursery.start_soon(shards.run)
    await trio.testing.wait_all_tasks_blocked()
    other = partition()
    other.name = TopicPartition("t", 1)
    shards.lead([partition(), other], 2)
    one, two = shards
    one.may_load.set()
    await trio.testing.wait_all_tasks_blocked()
    assert shards.are_loading
    two.may_load.set()
    await shards.loaded()
    assert not shards.are_loading


async def test_nothing_is_read_of_an_empty_log(nursery: trio.Nursery) -> None:
    coordinator = Coordinator(is_loaded=True)
    nursery.start_soon(coordinator.shards.run)
    await trio.testing.wait_all_tasks_blocked()
    coordinator.shards.lead([partition()], 1)
    await trio.testing.wait_all_tasks_blocked()
    assert not coordinator.shards.are_loading
    assert coordinator.read == []
