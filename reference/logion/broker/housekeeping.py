"""What a broker does from time to time: sync, retain, clean, write checkpoints.

Each chore is one short loop. Syncing may block for long and runs in a thread; all else
is quick, or goes in steps of about a millisecond, and runs between two requests, so
that it never meets one half done.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import trio

from logion.broker.state import BrokerState
from logion.config import BrokerConfig
from logion.group.committing import expire_offsets
from logion.log.compaction import Steps
from logion.log.log import Log
from logion.log.offset_map import MapLimits
from logion.protocol.errors import ApiError

log = logging.getLogger(__name__)

NEVER_S = 24 * 3600
"""Settings say "never" by a number of centuries: look once a day all the same."""

CLEANER_BACKOFF_MIN_S = 0.01
"""`log.cleaner.backoff.ms` may be 0: a look at every log costs something."""

SYNC_INTERVAL_S = 1.0
"""Rolled segments are synced so soon, whatever the scheduler's setting."""


async def keep_house(broker: BrokerState, config: BrokerConfig) -> None:
    """Do all chores until cancelled."""
    async with trio.open_nursery() as chores:

        def every(key: str, chore: Callable[[BrokerState], None]) -> None:
            interval_s = min(config.integer(key) / 1000, NEVER_S)
            chores.start_soon(_repeat, broker, interval_s, chore)

        def attend(key: str, chore: Callable[[BrokerState], Awaitable[None]]) -> None:
            interval_s = min(config.integer(key) / 1000, NEVER_S)
            chores.start_soon(_repeat_waiting, broker, interval_s, chore)

        every("log.retention.check.interval.ms", _apply_retention)
        every("offsets.retention.check.interval.ms", _expire_offsets)
        attend("transaction.abort.timed.out.transaction.cleanup.interval.ms", _abort)
        attend("transaction.remove.expired.transaction.cleanup.interval.ms", _forget)
        every("replica.high.watermark.checkpoint.interval.ms", _write_checkpoints)
        interval_s = config.integer("log.flush.scheduler.interval.ms") / 1000
        chores.start_soon(_sync, broker, min(interval_s, SYNC_INTERVAL_S))
        if config.flag("log.cleaner.enable"):
            chores.start_soon(_compact, broker)


async def _repeat(
    broker: BrokerState, interval_s: float, chore: Callable[[BrokerState], None]
) -> None:
    while True:
        await trio.sleep(interval_s)
        try:
            chore(broker)
        except (ApiError, OSError) as problem:
            log.error("%s: %s", chore.__name__.strip("_"), problem)


def _apply_retention(broker: BrokerState) -> None:
    broker.partitions.note_high_watermarks()
    count = broker.logs.apply_retention()
    if count:
        log.info("retention deleted %d segments", count)


def _expire_offsets(broker: BrokerState) -> None:
    count = expire_offsets(broker.groups)
    if count:
        log.info("%d committed offsets expired", count)


async def _repeat_waiting(
    broker: BrokerState,
    interval_s: float,
    chore: Callable[[BrokerState], Awaitable[None]],
) -> None:
    while True:
        await trio.sleep(interval_s)
        await chore(broker)


async def _abort(broker: BrokerState) -> None:
    count = await broker.transactions.abort_overdue()
    if count:
        log.info("%d transactions aborted that were open for too long", count)


async def _forget(broker: BrokerState) -> None:
    count = await broker.transactions.expire()
    if count:
        log.info("%d transactional ids expired", count)


def _write_checkpoints(broker: BrokerState) -> None:
    broker.partitions.note_high_watermarks()
    broker.logs.write_checkpoints()


async def _sync(broker: BrokerState, interval_s: float) -> None:
    """Sync, in a thread, the logs that wait for it."""
    while True:
        await trio.sleep(interval_s)
        for waiting in broker.logs.unflushed():
            await sync_one(broker, waiting)


async def sync_one(broker: BrokerState, waiting: Log) -> None:
    """Sync one log, in a thread; nothing is lost with one that is deleted meanwhile."""

    def is_there() -> bool:
        return broker.logs.logs.get(waiting.name) is waiting

    if not is_there():
        return
    try:
        plan = waiting.flush_plan()
        await trio.to_thread.run_sync(plan.run)
    except OSError as problem:
        if is_there():
            log.error("%s: %s", waiting.name, waiting.directory.fail(problem))
    else:
        waiting.flushed(plan)


def map_limits(config: BrokerConfig) -> MapLimits:
    """Return the memory for the keys of the one log that is cleaned at a time."""
    return MapLimits(
        config.integer("log.cleaner.dedupe.buffer.size"),
        config.number("log.cleaner.io.buffer.load.factor"),
    )


def _cleaner_backoff_s(config: BrokerConfig) -> float:
    return max(config.integer("log.cleaner.backoff.ms") / 1000, CLEANER_BACKOFF_MIN_S)


async def _compact(broker: BrokerState) -> None:
    """Clean what is dirty enough, log by log, and look again some time later."""
    try:
        while True:
            broker.cleaner.limits = map_limits(broker.cluster.config)
            broker.partitions.note_high_watermarks()
            steps = broker.cleaner.clean_dirtiest()
            if steps is None:
                await trio.sleep(_cleaner_backoff_s(broker.cluster.config))
            else:
                await _take(steps)
    finally:
        broker.cleaner.give_up()


async def _take(steps: Steps) -> None:
    """Take the steps of a cleaning, everybody else's in between."""
    for work in steps:
        if work is None:
            await trio.lowlevel.checkpoint()
        else:
            await trio.to_thread.run_sync(work)
