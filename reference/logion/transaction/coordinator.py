"""The transaction coordinator of a broker: a thin shell around the rules.

A request finds its transactional id, the rules say what becomes of it, and the shell
writes that to `__transaction_state`; only then it is so, and answered. Once an end is
decided, a task has the markers written and notes that they are. Each partition of
`__transaction_state` that this broker leads is a `Shard`; it is loaded when the broker
begins to lead it, and ends that were decided before are carried on.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import trio

from logion.clock import Clock
from logion.names import TopicPartition
from logion.protocol.errors import ApiError, Error
from logion.replica.partition import Partition, TransactionEnd
from logion.replica.shards import Shards
from logion.transaction import adding, ending, initializing
from logion.transaction.ending import End, Outcome
from logion.transaction.initializing import Asked
from logion.transaction.settings import TransactionSettings
from logion.transaction.shard import Cell, Shard
from logion.transaction.state import (
    EPOCH_PER_TRANSACTION,
    NO_PRODUCER_ID,
    PREPARED,
    Claim,
    State,
    Transaction,
)

log = logging.getLogger(__name__)

RETRY_S = 0.1
"""Pause before markers, or the note that all are written, are tried again."""

FORGOTTEN_AT_ONCE = 16
"""Ids that one batch forgets: so many of the longest fit into a message."""

WriteMarkers = Callable[
    [TransactionEnd, Collection[TopicPartition]],
    Awaitable[Mapping[TopicPartition, Error]],
]
"""Writes a marker to each partition and returns how it went; what cannot be written now
may be asked for again."""

MARKED = frozenset({Error.NONE, Error.UNSUPPORTED_FOR_MESSAGE_FORMAT})
"""What a partition says that needs no marker any more: one of an old format takes no
records of transactions."""

REPLACED = frozenset(
    {Error.INVALID_PRODUCER_EPOCH, Error.TRANSACTION_COORDINATOR_FENCED}
)
"""What a partition says that has heard of a later producer or coordinator: its
transaction has been ended by them, and it will never take our marker."""

OVER = MARKED | REPLACED
"""What a partition says that need not be asked again."""


class Given(NamedTuple):
    """The producer id and epoch for the next transaction."""

    producer_id: int
    epoch: int


class World(NamedTuple):
    """What a coordinator needs of the broker that it is part of."""

    new_producer_id: Callable[[], Awaitable[int]]
    """Returns a producer id that nobody was given before."""
    write_markers: WriteMarkers
    exists: Callable[[TopicPartition], bool]
    """Tells whether the cluster has a partition: a deleted one gets no marker."""


class TransactionCoordinator:
    """Every transactional id whose partition this broker leads."""

    def __init__(
        self, settings: TransactionSettings, clock: Clock, world: World
    ) -> None:
        """Coordinate nothing yet."""
        self.settings = settings
        self.shards = Shards(
            "transactional id", self._shard, on_loaded=self._go_on, on_lost=_give_up
        )
        self._clock = clock
        self._world = world
        self._tasks: trio.Nursery | None = None

    # Which transactional ids are ours

    def _shard(self, partition: Partition) -> Shard:
        return Shard(partition, self.settings)

    def _go_on(self, shard: Shard) -> None:
        """Bring to its end what the coordinator before has decided."""
        for cell in shard.cells.values():
            if cell.transaction is not None and cell.transaction.state in PREPARED:
                self._complete_soon(shard, cell)

    async def run(self) -> None:
        """Load transactions and have their markers written, until cancelled."""
        try:
            async with trio.open_nursery() as self._tasks:
                await self.shards.run()
        finally:
            self._tasks = None

    def find(self, transactional_id: str) -> Transaction | None:
        """Return an id's transaction, None if it is not known.

        Raises ApiError as `Shards.of` does.
        """
        cell = self.shards.of(transactional_id).cells.get(transactional_id)
        return None if cell is None else cell.transaction

    def transactions(self) -> Iterator[Transaction]:
        """Yield the transaction of every id that is known."""
        for shard in self.shards:
            for cell in shard.cells.values():
                if cell.transaction is not None:
                    yield cell.transaction

    def _claimed(self, claim: Claim) -> tuple[Shard, Cell, Transaction]:
        """Return what a claim is about.

        Raises ApiError: INVALID_REQUEST for an empty id, INVALID_PRODUCER_ID_MAPPING
        for one that is not known, and what `Shards.of` raises.
        """
        if not claim.transactional_id:
            raise ApiError(Error.INVALID_REQUEST, "the transactional id is empty")
        shard = self.shards.of(claim.transactional_id)
        cell = shard.cells.get(claim.transactional_id)
        if cell is None or cell.transaction is None:
            text = f"transactional id {claim.transactional_id!r} has no producer"
            raise ApiError(Error.INVALID_PRODUCER_ID_MAPPING, text)
        return shard, cell, cell.transaction

    async def _claimed_soon(self, claim: Claim) -> tuple[Shard, Cell, Transaction]:
        """Return and raise what `_claimed` does, a turn later if an end is on its way.

        Markers that wait for nobody are written within that turn. Who is told to come
        again asks twice, and is idle in between.
        """
        found = self._claimed(claim)
        if not found[1].is_changing:
            return found
        await trio.lowlevel.checkpoint()
        return self._claimed(claim)

    # What producers ask for

    async def initialize(self, asked: Asked) -> Given:
        """Return id and epoch for a producer that comes; all before it are fenced.

        Raises ApiError: CONCURRENT_TRANSACTIONS while a transaction is brought to its
        end, and what `Shards.of`, the rules of `initializing` and `Shard.write` raise.
        """
        rules = self.settings.rules
        initializing.check(asked, rules)
        shard = self.shards.of(asked.transactional_id)
        with shard.cell(asked.transactional_id) as cell, cell.changing():
            known = cell.transaction
            if known is None:
                new_id = await self._world.new_producer_id()
                becomes = initializing.first(asked, new_id, self._now_ms)
            else:
                needs_id = initializing.needs_id(known, asked, rules)
                fresh_id = await self._world.new_producer_id() if needs_id else None
                becomes = initializing.renewed(
                    known, asked, rules, fresh_id, self._now_ms
                )
            await shard.write(cell, becomes, self._now_ms)
        if becomes.state is State.PREPARE_ABORT:
            self._complete_soon(shard, cell)
            text = "the transaction of the producer before is aborted first"
            raise ApiError(Error.CONCURRENT_TRANSACTIONS, text)
        return Given(becomes.producer_id, becomes.epoch)

    async def add(
        self,
        claim: Claim,
        partitions: Collection[TopicPartition],
        client_version: int = 0,
    ) -> None:
        """Let a transaction write to `partitions`; it begins if none is open.

        `client_version` is the `transaction.version` that the client goes by. Raises
        ApiError: CONCURRENT_TRANSACTIONS while the one before is brought to its end,
        and what `adding.check_claim`, `Shards.of` and `Shard.write` raise.
        """
        shard, cell, known = await self._claimed_soon(claim)
        if self.settings.rules.version >= EPOCH_PER_TRANSACTION:
            cell.check_free()  # the claim may be true once the step is done
        adding.check_claim(known, claim, self.settings.rules)
        cell.check_free()
        adding.check_open(known)
        if not adding.has_all(known, partitions):
            with cell.changing():
                becomes = adding.added(known, partitions, client_version, self._now_ms)
                await shard.write(cell, becomes, self._now_ms)

    def verify(
        self, claim: Claim, partitions: Collection[TopicPartition]
    ) -> dict[TopicPartition, Error]:
        """Return for each partition whether the open transaction has it: NONE if so.

        Raises ApiError as `add` does, where it says so of all of them.
        """
        _, _, known = self._claimed(claim)
        adding.check_claim(known, claim, self.settings.rules)
        adding.check_open(known)
        return adding.verified(known, partitions, self.settings.rules)

    async def end(self, end: End) -> Given:
        """Commit or abort; return id and epoch for the next transaction.

        It is decided when this returns; the markers follow. Raises ApiError:
        INVALID_TXN_STATE, CONCURRENT_TRANSACTIONS while markers are under way, and what
        `ending.outcome`, `Shards.of` and `Shard.write` raise.
        """
        shard, cell, known = self._claimed(end.claim)
        if ending.has_epochs(end.client_version):
            cell.check_free()  # the claim may be true once the step is done
        found = ending.outcome(known, end, self.settings.rules)
        cell.check_free()
        if found is Outcome.DONE:
            return Given(known.producer_id, known.epoch)
        if found is not Outcome.PREPARE:
            is_late = found is Outcome.WAIT
            text = f"{known.transactional_id!r} is in {known.state.value}"
            error = (
                Error.CONCURRENT_TRANSACTIONS if is_late else Error.INVALID_TXN_STATE
            )
            raise ApiError(error, text)
        with cell.changing():
            needs_id = ending.needs_id(known, end.client_version)
            fresh_id = (
                await self._world.new_producer_id() if needs_id else NO_PRODUCER_ID
            )
            becomes = ending.prepared(known, end, fresh_id, self._now_ms)
            await shard.write(cell, becomes, self._now_ms)
        self._complete_soon(shard, cell)
        after = ending.completed(becomes, self._now_ms)
        return Given(after.producer_id, after.epoch)

    # How a transaction is brought to its end

    def _complete_soon(self, shard: Shard, cell: Cell) -> None:
        cell.is_changing = True
        if self._tasks is not None:  # else it ends, and goes on when it is loaded again
            self._tasks.start_soon(self._complete, shard, cell)

    async def _complete(self, shard: Shard, cell: Cell) -> None:
        """Have all markers written, and note that they are."""
        known = cell.transaction
        assert known is not None, "an end was decided"
        if not await self._mark(shard, known):
            return  # another coordinator goes on from here
        while shard.is_ours:
            becomes = ending.completed(known, self._now_ms)
            try:
                await shard.write(cell, becomes, self._now_ms)
            except ApiError as problem:
                log.error("%s: %s", known.transactional_id, problem)
                await trio.sleep(RETRY_S)
            else:
                cell.is_changing = False
                return

    async def _mark(self, shard: Shard, known: Transaction) -> bool:
        """Return whether every partition that is still there has its marker."""
        end = TransactionEnd(
            known.producer_id,
            known.epoch,
            is_commit=known.state is State.PREPARE_COMMIT,
            coordinator_epoch=shard.epoch,
            transaction_version=known.client_version,
        )
        missing = set(known.partitions)
        while shard.is_ours:
            missing = {it for it in missing if self._world.exists(it)}
            if not missing:
                return True
            errors = await self._world.write_markers(end, missing)
            if not REPLACED.isdisjoint(errors.values()):
                log.warning("%s: replaced: %s", known.transactional_id, errors)
            missing = {it for it, error in errors.items() if error not in OVER}
            if missing:
                log.info("%s: no marker yet: %s", known.transactional_id, errors)
                await trio.sleep(RETRY_S)
        return False

    # What time does

    @property
    def _now_ms(self) -> int:
        return self._clock.time_ms()

    async def abort_overdue(self) -> int:
        """Abort what has been open for too long; return how many.

        A partition that takes no writes holds up its own transactions alone.
        """
        aborted: list[Cell] = []

        async def abort_of(shard: Shard) -> None:
            for cell in _overdue(shard, self._now_ms):
                await trio.lowlevel.checkpoint()  # others get their turn
                if await self._abort(shard, cell):
                    aborted.append(cell)

        async with trio.open_nursery() as nursery:
            for shard in self.shards:
                nursery.start_soon(abort_of, shard)
        return len(aborted)

    async def _abort(self, shard: Shard, cell: Cell) -> bool:
        """Fence the producer of an open transaction; return whether it could be."""
        known = cell.transaction
        is_open = known is not None and known.is_overdue(self._now_ms)
        if known is None or not is_open or cell.is_changing or not shard.is_ours:
            return False
        rules = self.settings.rules
        try:
            with cell.changing():
                needs_id = ending.needs_id(known, rules.version)
                fresh_id = await self._world.new_producer_id() if needs_id else None
                becomes = ending.fence(known, rules, fresh_id, self._now_ms)
                await shard.write(cell, becomes, self._now_ms)
        except ApiError as problem:
            log.warning("%s is not aborted yet: %s", known.transactional_id, problem)
            return False
        self._complete_soon(shard, cell)
        return True

    async def expire(self) -> int:
        """Forget the ids that nobody has used for too long; return how many."""
        count = 0
        for shard in self.shards:
            await trio.lowlevel.checkpoint()
            idle = self._idle(shard)
            for at in range(0, len(idle), FORGOTTEN_AT_ONCE):
                count += await self._forget(shard, idle[at : at + FORGOTTEN_AT_ONCE])
        return count

    def _idle(self, shard: Shard) -> list[str]:
        bound_ms = self.settings.expiration_ms
        return [
            name
            for name, cell in shard.cells.items()
            if cell.transaction is not None
            and not cell.is_changing
            and cell.transaction.is_idle(self._now_ms, bound_ms)
        ]

    async def _forget(self, shard: Shard, ids: Sequence[str]) -> int:
        """Forget ids that nobody uses; return how many are forgotten."""
        with ExitStack() as changes:
            idle = set(self._idle(shard))
            still = [it for it in ids if it in idle]
            for transactional_id in still:
                changes.enter_context(shard.cells[transactional_id].changing())
            try:
                await shard.forget(still, self._now_ms)
            except ApiError as problem:
                log.warning("%s: nothing is forgotten yet: %s", shard.name, problem)
                return 0
        return len(still)


def _overdue(shard: Shard, now_ms: int) -> list[Cell]:
    """Return the ids whose transaction has been open for too long."""
    return [
        cell
        for cell in shard.cells.values()
        if cell.transaction is not None and cell.transaction.is_overdue(now_ms)
    ]


def _give_up(shard: Shard) -> None:
    """Let every task that works on a shard know that it is led elsewhere."""
    shard.is_ours = False
