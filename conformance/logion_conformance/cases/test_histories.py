"""Histories: what many clients at once do and see contradicts no promise.

A FAIL shows the operations that prove an anomaly of docs/history.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import count

import pytest
import trio
from logion.client.cluster import raise_for
from logion.client.committed import READ_COMMITTED
from logion.protocol.errors import ApiError

from logion_conformance.case import MUST, case
from logion_conformance.expect import expect_success
from logion_conformance.histories import (
    PARTITIONS,
    Scene,
    is_of_absence,
    key_of,
)
from logion_conformance.material import Topic
from logion_conformance.provisioner import How, Provisioner
from logion_conformance.subject import Subject
from logion_conformance.transactions import (
    TransactionalProducer,
    new_transactional_producer,
)

WRITERS = 4
BATCHES = 8
"""How many each of them sends."""

Append = Callable[[int, Sequence[bytes]], Awaitable[int | None]]
"""Append values to a partition; return the offset of the first, None if nobody knows
whether they are there."""

POLLS_BEFORE = 6
"""When a broker is stopped: about half of the batches are then sent."""


async def write(scene: Scene, name: str, append: Append) -> None:
    """Send batches of one to three records, one after the other."""
    chance = scene.chance(name)
    numbers, lives = count(), count(1)
    process = name
    for _ in range(BATCHES):
        await scene.pause(chance)
        partition = chance.choice(scene.partitions)
        values = [f"{name}/{next(numbers)}" for _ in range(chance.randint(1, 3))]
        sends = [(key_of(scene.topic, partition), it) for it in values]
        scene.notes.begin(process, sends)
        base = await append(partition, [it.encode() for it in values])
        if base is None:
            scene.notes.lost(process, sends)
            process = f"{name}.{next(lives)}"
        else:
            scene.notes.done(process, sends, range(base, base + len(values)))


@case(
    "histories.produce",
    level=MUST,
    cites="Kafka documentation, Guarantees: records of a producer are appended in the"
    " order sent, a consumer sees them in the order stored, none committed is lost",
    apis={"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"},
)
async def test_records_of_many_producers_are_each_read_once_in_order(
    broker: Subject,
) -> None:
    """While several clients write with acks of all and others read, from the beginning
    or from where the records are, no record is lost, repeated or moved, no offset
    is given twice, and no reader skips a record or goes back."""
    scene = Scene(broker, await broker.topic(PARTITIONS))

    async def play(name: str) -> None:
        client = await broker.another()

        async def append(partition: int, values: Sequence[bytes]) -> int:
            return await client.append(scene.topic, *values, partition=partition)

        await write(scene, name, append)

    await scene.play([partial(play, f"producer-{it}") for it in range(WRITERS)])


class Repeating:
    """An idempotent producer that sends a batch again: after the answer to the first,
    or by a second connection without waiting for it."""

    def __init__(self, scene: Scene, name: str, producer_id: int) -> None:
        """Have no connection yet."""
        self._scene = scene
        self._chance = scene.chance(f"{name}, repeating")
        self._producer_id = producer_id
        self._sequences = dict.fromkeys(scene.partitions, 0)
        self._clients: list[Subject] = []

    async def append(self, partition: int, values: Sequence[bytes]) -> int:
        """Append values; return the offset that was told last."""
        while len(self._clients) < 2:
            self._clients.append(await self._scene.broker.another())
        records = self._clients[0].batch(
            *values,
            producer_id=self._producer_id,
            producer_epoch=0,
            base_sequence=self._sequences[partition],
        )
        self._sequences[partition] += len(values)
        offsets: list[int] = []

        async def send(client: Subject) -> None:
            topic = self._scene.topic
            came = await client.produce(topic, records, partition=partition)
            expect_success(came.error_code, "the error code of a batch, sent twice")
            offsets.append(came.base_offset)

        async with trio.open_nursery() as nursery:
            for client in self._clients:
                nursery.start_soon(send, client)
                if self._chance.random() < 0.5:
                    await self._scene.until_polled()
        return offsets[-1]


@case(
    "histories.idempotent",
    level=MUST,
    cites="KIP-98: a batch the broker has is acknowledged and not appended again",
    apis={
        "Produce": "3+",
        "Fetch": "4+",
        "ListOffsets": "0+",
        "InitProducerId": "0+",
    },
)
async def test_batches_of_many_producers_that_come_twice_are_read_once(
    broker: Subject,
) -> None:
    """While several idempotent producers send each batch twice, the second time later
    or by another connection at the same time, each record is read once, where the
    last answer says it is, and in order."""
    scene = Scene(broker, await broker.topic(PARTITIONS))

    async def play(name: str) -> None:
        producer_id = (await broker.producer_id()).producer_id
        await write(scene, name, Repeating(scene, name, producer_id).append)

    await scene.play([partial(play, f"producer-{it}") for it in range(WRITERS)])


class Transacting:
    """A transactional producer that writes to every partition in each transaction."""

    def __init__(
        self, scene: Scene, name: str, producer: TransactionalProducer
    ) -> None:
        """Have written nothing yet."""
        self._scene = scene
        self._name = name
        self._producer = producer
        self._chance = scene.chance(name)
        self._numbers = count()
        self._sequences = dict.fromkeys(scene.partitions, 0)

    async def play(self) -> None:
        """Commit some transactions and abort some."""
        for commits in self._chance.sample([True, True, True, False, False], k=5):
            await self._scene.pause(self._chance)
            batches = {it: self._new_values() for it in self._scene.partitions}
            await self._transact(batches, commits=commits)

    def _new_values(self) -> Sequence[str]:
        several = range(self._chance.randint(1, 3))
        return [f"{self._name}/{next(self._numbers)}" for _ in several]

    async def _transact(
        self, batches: Mapping[int, Sequence[str]], *, commits: bool
    ) -> None:
        """Write, leave the transaction open while every reader polls, and end it."""
        scene, notes = self._scene, self._scene.notes
        sends = [
            (key_of(scene.topic, partition), value)
            for partition, values in batches.items()
            for value in values
        ]
        notes.begin(self._name, sends)
        for code in await self._producer.add(scene.topic, *batches):
            expect_success(code, "the error code of a partition that is added")
        offsets: list[int] = []
        for partition, values in batches.items():
            offsets += await self._append(partition, values)
        await scene.until_polled()
        ended = await self._producer.end(commit=commits)
        expect_success(ended.error_code, "the error code of EndTxn")
        if commits:
            notes.done(self._name, sends, offsets)
        else:
            notes.undone(self._name, sends)

    async def _append(self, partition: int, values: Sequence[str]) -> Sequence[int]:
        came = await self._producer.produce(
            self._scene.topic,
            *[it.encode() for it in values],
            sequence=self._sequences[partition],
            partition=partition,
        )
        expect_success(came.error_code, "the error code of a batch in a transaction")
        self._sequences[partition] += len(values)
        return range(came.base_offset, came.base_offset + len(values))


@case(
    "histories.transactions",
    level=MUST,
    cites="KIP-98: a reader of committed records sees all of a transaction or nothing",
    apis={
        "Produce": "3-11",
        "Fetch": "4+",
        "ListOffsets": "2+",
        "AddPartitionsToTxn": "0-3",
        "EndTxn": "0-4",
        "InitProducerId": "0+",
        "FindCoordinator": "1+",
    },
)
async def test_of_many_transactions_those_committed_are_read_whole(
    broker: Subject,
) -> None:
    """While several clients write transactions over all partitions, commit some and
    abort some, readers of committed records see nothing of what is aborted, all of what
    is committed, once and in order."""
    scene = Scene(broker, await broker.topic(PARTITIONS), READ_COMMITTED)

    async def play(name: str) -> None:
        producer = await new_transactional_producer(await broker.another())
        await Transacting(scene, name, producer).play()

    await scene.play([partial(play, f"producer-{it}") for it in range(WRITERS)])


async def appended_or_lost(
    client: Subject, topic: Topic, values: Sequence[bytes]
) -> int | None:
    """Return the offset of the first value; None if the broker goes away over it."""
    try:
        came = await client.produce(topic, client.batch(*values))
        raise_for(came.error_code)
    except ApiError as problem:
        if not is_of_absence(problem):
            raise
        return None
    return came.base_offset


@case(
    "histories.restart",
    level=MUST,
    cites="Kafka documentation, Replication: a committed message is not lost",
    apis={"Produce": "0+", "Fetch": "0+", "ListOffsets": "0+"},
)
@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_a_restart_amid_many_clients_contradicts_nothing(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """While several clients write with acks of all and others read, the broker is
    stopped, or killed, and started: what it had acknowledged is read, once and in
    order; what it did not answer is read once or never."""
    provisioner.need_data()
    scene = Scene(broker, await broker.topic(), partitions=1)
    scene.is_interrupted = True

    async def play(name: str) -> None:
        client = await broker.another()

        async def append(_: int, values: Sequence[bytes]) -> int | None:
            base = await appended_or_lost(client, scene.topic, values)
            if base is None:
                await scene.is_back.wait()
                await client.again(scene.topic)
            return base

        await write(scene, name, append)

    async def interrupt() -> None:
        await scene.polls(POLLS_BEFORE)
        await provisioner.restart(how)
        await broker.again(scene.topic)
        scene.is_back.set()

    writers = [partial(play, f"producer-{it}") for it in range(WRITERS)]
    await scene.play([interrupt, *writers])
