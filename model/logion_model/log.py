"""One log, as its users may rely on it: appends, deletions, truncation and crashes.

1. Records enter in batches, and a batch is kept or lost as a whole.
2. Offsets are dense: a record gets the end offset, and keeps it. An offset comes back
   into use only after its record was truncated away or lost in a crash, never because
   the record was deleted.
3. Deleting (retention, DeleteRecords) raises the log start offset and nothing else.
4. Truncating to an offset drops every batch that reaches past it. Where the log started
   inside such a batch, it now starts, and ends, where the batch began.
5. Rolling to a new segment changes nothing that can be observed.
6. Compacting up to an offset removes each record below it whose key a later record
   below it has, and nothing else: not the last record of a key, no offset, no epoch.
7. A crash keeps everything that was flushed, and any prefix of what follows. It may
   undo a deletion that was not checkpointed, but never brings the start below that
   checkpoint, nor the end below the start. In the midst of a compaction it leaves the
   log compacted up to the beginning of some batch.

Each operation is a function from log to log; `crash` yields every possible outcome. The
same functions are the steps of `specification` and the yardstick that the harness holds
the reference's log to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

REMOVED = None
"""Stands where compaction has removed a value."""


class Batch(NamedTuple):
    """Records that entered together, under one leader epoch."""

    base_offset: int
    epoch: int
    values: tuple[Hashable, ...]

    @property
    def end_offset(self) -> int:
        """Return the offset after its last record."""
        return self.base_offset + len(self.values)


class Record(NamedTuple):
    """A record where a reader finds it."""

    offset: int
    epoch: int
    value: Hashable


class Log(NamedTuple):
    """A log, what of it a crash cannot take, and what a crash may bring back."""

    batches: tuple[Batch, ...] = ()
    """Oldest first; those below the log start offset can still come back."""
    start_offset: int = 0
    """First offset that readers may ask for."""
    end_offset: int = 0
    """Offset of the next record."""
    flushed: int = 0
    """Every batch that ends at or below this offset survives a crash."""
    kept_start: int = 0
    """A log start offset that survives a crash: later deletions may be undone."""


def records(log: Log) -> tuple[Record, ...]:
    """Return what readers see: the records at and above the log start offset."""
    return tuple(
        Record(offset, batch.epoch, value)
        for batch in log.batches
        for offset, value in enumerate(batch.values, batch.base_offset)
        if offset >= log.start_offset and value is not REMOVED
    )


def append(log: Log, epoch: int, values: tuple[Hashable, ...]) -> Log:
    """Return the log with one more batch at its end."""
    batch = Batch(log.end_offset, epoch, values)
    return log._replace(batches=(*log.batches, batch), end_offset=batch.end_offset)


def roll(log: Log) -> Log:
    """Return the same log: segments are how it is stored, not what it says."""
    return log


def flush(log: Log) -> Log:
    """Return the log with every record safe from a crash."""
    return log._replace(flushed=log.end_offset)


def delete_before(log: Log, offset: int) -> Log:
    """Return the log that starts at `offset`, which is at most its end offset."""
    assert offset <= log.end_offset
    return log._replace(start_offset=max(offset, log.start_offset))


def checkpoint_start(log: Log) -> Log:
    """Return the log whose start offset is safe from a crash."""
    kept = tuple(batch for batch in log.batches if batch.end_offset > log.start_offset)
    return log._replace(batches=kept, kept_start=log.start_offset)


def truncate(log: Log, offset: int) -> Log:
    """Return the log without any batch that reaches past `offset`."""
    kept = sum(batch.end_offset <= offset for batch in log.batches)
    lost = log.batches[kept:]
    end_offset = lost[0].base_offset if lost else log.end_offset
    return log._replace(
        batches=log.batches[:kept],
        end_offset=end_offset,
        start_offset=min(log.start_offset, end_offset),
        flushed=min(log.flushed, end_offset),
        kept_start=min(log.kept_start, end_offset),
    )


KeyOf: TypeAlias = Callable[[Hashable], Hashable]
"""Tells the key of a value."""


def compact(log: Log, end: int, key_of: KeyOf, *, done: int | None = None) -> Log:
    """Return the log without what later records below `end` replace.

    If it stopped early, only records below `done` are gone.
    """
    done = end if done is None else done
    newest = {
        key_of(value): offset
        for batch in log.batches
        for offset, value in enumerate(batch.values, batch.base_offset)
        if offset < end and value is not REMOVED
    }

    def left(offset: int, value: Hashable) -> Hashable:
        is_old = offset < done and value is not REMOVED
        return REMOVED if is_old and newest[key_of(value)] > offset else value

    kept = (
        batch._replace(
            values=tuple(
                left(offset, value)
                for offset, value in enumerate(batch.values, batch.base_offset)
            )
        )
        for batch in log.batches
    )
    return log._replace(batches=tuple(kept))


def compacting(log: Log, end: int, key_of: KeyOf) -> Iterator[Log]:
    """Yield every log that a crash in the midst of a compaction may leave."""
    for batch in log.batches:
        if batch.base_offset <= end:
            yield compact(log, end, key_of, done=batch.base_offset)
    yield compact(log, end, key_of)


def crash(log: Log) -> Iterator[Log]:
    """Yield every log that may be found after a crash and recovery."""
    flushed = sum(batch.end_offset <= log.flushed for batch in log.batches)
    for survivors in range(flushed, len(log.batches) + 1):
        for start_offset in range(log.kept_start, log.start_offset + 1):
            yield _recovered(log, survivors, start_offset)


def _recovered(log: Log, survivors: int, start_offset: int) -> Log:
    batches = log.batches[:survivors]
    lost = log.batches[survivors:]
    end_offset = lost[0].base_offset if lost else log.end_offset
    if end_offset < start_offset:
        batches, end_offset = (), start_offset
    return Log(batches, start_offset, end_offset, end_offset, start_offset)


def end_offset_for_epoch(log: Log, epoch: int) -> int:
    """Return where the records of epochs up to `epoch` end (OffsetForLeaderEpoch).

    That is the start of the next larger epoch in the log, or the log's end.
    """
    later = (batch.base_offset for batch in log.batches if batch.epoch > epoch)
    return next(later, log.end_offset)


class Scope(NamedTuple):
    """How large a world to explore."""

    records: int
    """Records written in all."""
    batch: int
    """Records in the largest batch."""
    epochs: int
    """Highest leader epoch."""


class World(NamedTuple):
    """A log, and a memory of what it promised to keep."""

    log: Log
    written: int = 0
    epoch: int = 0
    promised: frozenset[Record] = frozenset()
    """Flushed records that nobody has truncated, deleted or replaced."""
    compacted: int = 0
    """Compaction has been below: that was committed, so truncation stays above."""


Steps: TypeAlias = Iterator[tuple[Action, World]]


def _growing(scope: Scope, world: World) -> Steps:
    for size in range(1, scope.batch + 1):
        written = world.written + size
        if written <= scope.records:
            values = tuple(range(world.written, written))
            after = append(world.log, world.epoch, values)
            yield (
                Action("append", (size,)),
                world._replace(log=after, written=written),
            )
    if world.epoch < scope.epochs:
        yield Action("new_epoch"), world._replace(epoch=world.epoch + 1)


def _keeping(world: World) -> Steps:
    log = world.log
    yield Action("roll"), world._replace(log=roll(log))
    flushed = world._replace(log=flush(log), promised=frozenset(records(log)))
    yield Action("flush"), flushed
    yield Action("checkpoint_start"), world._replace(log=checkpoint_start(log))


def parity(value: Hashable) -> Hashable:
    """Return the key of a value in the world that is explored."""
    return value % 2 if isinstance(value, int) else value


def _compacting(world: World) -> Steps:
    """Compact what is flushed, to its end or not."""
    end = world.log.flushed
    replaced = {
        older
        for older in records(world.log)
        for newer in records(world.log)
        if older.offset < newer.offset < end
        and parity(older.value) == parity(newer.value)
    }
    for after in compacting(world.log, end, parity):
        if after != world.log:
            yield (
                Action("compact", (len(records(after)),)),
                world._replace(
                    log=after, promised=world.promised - replaced, compacted=end
                ),
            )


def _losing(world: World) -> Steps:
    log = world.log
    for offset in range(log.start_offset, log.end_offset + 1):
        deleted = delete_before(log, offset)
        yield Action("delete_before", (offset,)), _releasing(world, deleted)
        if offset >= world.compacted:
            cut = truncate(log, offset)
            yield Action("truncate", (offset,)), _releasing(world, cut)
    for after in crash(log):
        survived = Action("crash", (after.start_offset, after.end_offset))
        yield survived, world._replace(log=after)


def _releasing(world: World, log: Log) -> World:
    """Return the world after its log was told to give up records."""
    return world._replace(log=log, promised=world.promised & frozenset(records(log)))


def next_steps(scope: Scope, world: World) -> Steps:
    """Yield everything that may happen next."""
    yield from _growing(scope, world)
    yield from _keeping(world)
    yield from _compacting(world)
    yield from _losing(world)


def offsets_are_dense(world: World) -> bool:
    """Each batch begins where the one before it ended; the last one ends the log."""
    log = world.log
    ends = [batch.end_offset for batch in log.batches]
    return all(a.end_offset == b.base_offset for a, b in pairwise(log.batches)) and (
        not ends or ends[-1] == log.end_offset
    )


def bounds_are_ordered(world: World) -> bool:
    """The log starts before it ends, and no promise reaches past its end."""
    log = world.log
    return log.kept_start <= log.start_offset <= log.end_offset >= log.flushed


def epochs_never_fall(world: World) -> bool:
    """Later records were taken by the same leader or by a later one."""
    return all(a.epoch <= b.epoch for a, b in pairwise(world.log.batches))


def flushed_records_stay(world: World) -> bool:
    """A flushed record is where it was until it is truncated or deleted."""
    return world.promised <= frozenset(records(world.log))


def newest_record_stays(world: World) -> bool:
    """Compaction leaves the last record of each key, so the newest one of all."""
    log = world.log
    newest = (it for it in log.batches[-1:] if it.end_offset > log.start_offset)
    return all(batch.values[-1] is not REMOVED for batch in newest)


INVARIANTS: tuple[Property[World], ...] = (
    Property(
        "offsets-are-dense",
        offsets_are_dense,
        "Kafka documentation, Log: each record has a sequential id, its offset",
    ),
    Property(
        "bounds-are-ordered",
        bounds_are_ordered,
        "KIP-107: the log start offset never passes the high watermark",
    ),
    Property("epochs-never-fall", epochs_never_fall, "KIP-101"),
    Property(
        "flushed-records-stay",
        flushed_records_stay,
        "Kafka documentation, Guarantees: recovery loses nothing that was flushed",
    ),
    Property(
        "newest-record-stays",
        newest_record_stays,
        "Kafka documentation, Log Compaction: at least the last value of each key",
    ),
)

SOMETIMES: tuple[Property[World], ...] = (
    Property(
        "a log is empty and does not begin at 0",
        lambda world: world.log.start_offset == world.log.end_offset > 0,
        "or offsets might start over",
    ),
    Property(
        "a deleted record may come back",
        lambda world: world.log.kept_start < world.log.start_offset,
        "or a crash could undo nothing",
    ),
    Property(
        "compaction has removed a record",
        lambda world: any(REMOVED in batch.values for batch in world.log.batches),
        "or it never had anything to remove",
    ),
    Property(
        "two records were given one offset",
        lambda world: world.log.end_offset < world.written,
        "or nothing was ever truncated or lost",
    ),
)

ACTIONS = (
    "append",
    "new_epoch",
    "roll",
    "flush",
    "checkpoint_start",
    "compact",
    "delete_before",
    "truncate",
    "crash",
)


def specification(scope: Scope) -> Spec[World]:
    """Return the log in a world of this size."""
    return Spec(
        name="log",
        initial=(World(Log()),),
        next=lambda world: next_steps(scope, world),
        actions=ACTIONS,
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
    )
