from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from logion.log import compaction, manager
from logion.log.compaction import Compaction
from logion.log.index_file import IndexFile
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.offset_map import OffsetMap
from logion_harness.log_machine import LogMachine, NotAllowedError

from tests.effort import examples

SETTINGS = settings(
    max_examples=examples(100),
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
"""The same programs in every run of as many."""

UNSHRUNK = settings(SETTINGS, max_examples=150, phases=[Phase.generate])
"""Whether a bug is caught matters here, not its shortest program."""

SEEDS = (47, *range(40))
"""Of searches for a bug; the first finds all of today's within some dozens of programs,
where others take thousands for one or another."""

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.world
@pytest.mark.slow
def test_the_log_does_what_its_model_allows_across_crashes() -> None:
    run_state_machine_as_test(LogMachine, settings=SETTINGS)


def flush_that_does_not_sync(patch: pytest.MonkeyPatch) -> None:
    """Records are reported flushed that no crash would leave."""
    patch.setattr(Log, "flush", lambda _: None)


def recovery_that_trusts_what_a_crash_left(patch: pytest.MonkeyPatch) -> None:
    """A torn or missing tail is taken for a clean stop's."""

    def trusting(*_: object, **__: object) -> Known:
        return Known(is_clean=True)

    patch.setattr(manager, "Known", trusting)


def offsets_reused_after_a_deletion(patch: pytest.MonkeyPatch) -> None:
    """The checkpointed log start offset is forgotten when the log is opened."""

    def forgetful(*known: Any, **named: Any) -> Known:
        return Known(*known, **named)._replace(start_offset=0)

    patch.setattr(manager, "Known", forgetful)


def epochs_kept_after_a_truncation(patch: pytest.MonkeyPatch) -> None:
    """The epochs of records that were cut off stay."""
    patch.setattr(Log, "_forget_above", lambda *_: None)


def truncation_that_leaves_a_batch(patch: pytest.MonkeyPatch) -> None:
    """A follower keeps the first batch that its leader does not have."""
    truncate = Log._truncate
    patch.setattr(Log, "_truncate", lambda log, offset: truncate(log, offset + 1))


def index_that_points_past_the_batch(patch: pytest.MonkeyPatch) -> None:
    """A lookup begins behind the batch that has the offset."""

    def next_entry(index: IndexFile, first: int) -> tuple[int, int] | None:
        number = index._count_until(first, 0)
        return index[min(number, len(index) - 1)] if number else None

    patch.setattr(IndexFile, "floor", next_entry)


def deletion_that_stops_one_record_early(patch: pytest.MonkeyPatch) -> None:
    """DeleteRecords leaves the last record it was to delete."""
    delete_before = Log.delete_before
    patch.setattr(
        Log, "delete_before", lambda log, offset: delete_before(log, offset - 1)
    )


def compaction_that_drops_the_last_record_of_a_batch(
    patch: pytest.MonkeyPatch,
) -> None:
    """What stays of a batch is one record less."""
    latest = OffsetMap.latest
    patch.setattr(
        OffsetMap, "latest", lambda *args, **named: latest(*args, **named)[:-1]
    )


def compaction_of_what_is_not_synced(patch: pytest.MonkeyPatch) -> None:
    """The checkpoints do not say that a gap is none that a crash has torn."""
    patch.setattr(Compaction, "_sync", lambda _: iter(()))


def compaction_that_does_not_sync_what_it_writes(patch: pytest.MonkeyPatch) -> None:
    """Old segments go before the new one is on the disk."""
    patch.setattr(compaction, "_run", lambda _: iter(()))
    patch.setattr(Log, "flushed", lambda *_: None)


PLANTED = (
    flush_that_does_not_sync,
    recovery_that_trusts_what_a_crash_left,
    offsets_reused_after_a_deletion,
    epochs_kept_after_a_truncation,
    truncation_that_leaves_a_batch,
    index_that_points_past_the_batch,
    deletion_that_stops_one_record_early,
    compaction_that_drops_the_last_record_of_a_batch,
    compaction_of_what_is_not_synced,
    compaction_that_does_not_sync_what_it_writes,
)


@pytest.mark.world
@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(map(is_caught, SEEDS))


def is_caught(number: int) -> bool:
    """Tell whether the search with this seed comes upon what is not allowed."""
    searched = seed(number)(type("Searched", (LogMachine,), {}))
    try:
        run_state_machine_as_test(searched, settings=UNSHRUNK)
    except NotAllowedError:
        return True
    return False
