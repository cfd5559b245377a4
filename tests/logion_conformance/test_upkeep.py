from __future__ import annotations

from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import trio.testing
from logion.client.connection import Options
from logion_conformance.opening import open_subject
from logion_conformance.targets import Target, ask_versions
from logion_conformance.upkeep import (
    COMPACTION,
    RETENTION,
    UPKEEP,
    becoming,
    need_upkeep,
)

from tests.logion.client.small_broker import running


async def skipped(key: str, settings: dict[str, str], timeout_s: float) -> str:
    """Return why a case does not go on with such a broker, "" if it does."""
    async with running() as broker:
        spoken = await ask_versions(broker.address, Options())
        target = Target((broker.address,), None, spoken)
        async with open_subject(
            replace(target, settings=settings),
            {},
            prefix="t",
            timeout_s=timeout_s,
            exchanges=[],
        ) as subject:
            await subject.cluster.refresh(())
            try:
                await need_upkeep(subject, key)
            except pytest.skip.Exception as reason:
                return str(reason)
            return ""


@pytest.mark.parametrize("key", [RETENTION, COMPACTION])
async def test_a_broker_that_is_set_to_look_soon_is_judged(key: str) -> None:
    assert await skipped(key, dict(UPKEEP), 1.0) == ""


async def test_a_broker_that_looks_too_late_is_not_waited_for() -> None:
    late = {RETENTION: "300000"}
    assert await skipped(RETENTION, late, 15.0) == (
        "UNTESTABLE: the broker's log.retention.check.interval.ms is 300000; a case "
        "waits 45 s for that (--patience)"
    )
    assert await skipped(RETENTION, late, 100.0) == ""


async def test_a_broker_that_does_not_say_when_it_looks_is_not_waited_for() -> None:
    assert await skipped(COMPACTION, {}, 15.0) == (
        "UNTESTABLE: the broker does not say what its log.cleaner.backoff.ms is"
    )


async def test_a_value_is_waited_for_and_not_for_ever(
    autojump_clock: trio.testing.MockClock,
) -> None:
    broker: Any = SimpleNamespace(
        cluster=SimpleNamespace(options=Options(timeout_s=1.0))
    )
    values = count()

    async def read() -> int:
        return next(values)

    assert await becoming(broker, read, lambda it: it == 5) == 5
    assert await becoming(broker, read, lambda it: it < 0) > 6
    assert 3 <= trio.current_time() < 5
    del autojump_clock
