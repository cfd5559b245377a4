"""Bugs that are put into the broker on purpose: some seed must show each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from logion.group.offsets import Offsets
from logion.group.open_offsets import OpenOffsets
from logion.group.replay import Replay
from logion.log import producers
from logion.log.loading import Loading
from logion.log.log import Log
from logion.log.segment import Segment
from logion.replica import leader
from logion.replica.leader import Leader
from logion.replica.partition import Partition
from logion.replica.watched import Watched
from logion.transaction import ending
from logion.transaction.replay import Replay as TransactionReplay
from logion_harness.simulation.plan import plan_of
from logion_harness.simulation.play import play

SEEDS_MAX = 60
"""So many seeds are played before a bug counts as overlooked."""

Plant = Callable[[pytest.MonkeyPatch], None]


def the_last_record_waits(patch: pytest.MonkeyPatch) -> None:
    """The high watermark is one record behind what is committed."""
    whole = leader._with

    def behind(*known: object) -> Leader:
        found = whole(*known)  # type: ignore[arg-type]
        return replace(found, high_watermark=max(0, found.high_watermark - 1))

    patch.setattr(leader, "_with", behind)


def reads_go_past_the_high_watermark(patch: pytest.MonkeyPatch) -> None:
    """A consumer is told of an end that no record has reached."""
    patch.setattr(Partition, "visible_end", lambda it, **_: it.log.end_offset + 1)


def reads_go_past_the_last_stable_offset(patch: pytest.MonkeyPatch) -> None:
    """Records of open transactions are given to whoever reads committed ones."""
    patch.setattr(Log, "last_stable_offset", lambda _, high_watermark: high_watermark)


def sequences_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """A batch that comes again is a new one."""
    patch.setattr(producers, "repeated", lambda *_: None)
    patch.setattr(producers, "check_next", lambda *_: None)


def nobody_is_woken(patch: pytest.MonkeyPatch) -> None:
    """A fetch that waits for records waits until its time is over."""
    patch.setattr(Watched, "wake", lambda _: None)


def one_is_woken(patch: pytest.MonkeyPatch) -> None:
    """Of several fetches that wait for records the one that came first goes on."""

    def wake(watched: Watched) -> None:
        for event in list(watched._watchers)[:1]:
            event.set()

    patch.setattr(Watched, "wake", wake)


def recovery_looks_at_nothing(patch: pytest.MonkeyPatch) -> None:
    """What a power cut left of the last batch is taken for a whole one."""
    patch.setattr(Loading, "_first_suspect", lambda *_: None)


def the_last_batch_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A log that is opened gives the offsets of its last batch to the next."""
    resume = Loading._resume

    def forget(loading: Loading, segment: Segment) -> int:
        resume(loading, segment)
        header = segment.last_header()
        return header.base_offset if header else segment.base_offset

    patch.setattr(Loading, "_resume", forget)


def the_first_commit_counts(patch: pytest.MonkeyPatch) -> None:
    """A coordinator that starts takes the oldest of several commits for the last."""

    def commit_once(replay: Replay, group_id: str, offsets: Offsets) -> None:
        known = replay._cell(group_id).offsets
        known.update({it: c for it, c in offsets.items() if it not in known})

    patch.setattr(Replay, "_commit", commit_once)


def aborted_records_look_committed(patch: pytest.MonkeyPatch) -> None:
    """A fetch of committed records does not say whose are aborted."""
    patch.setattr(Log, "aborted", lambda *_: [])


def zombies_are_let_in(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the epoch that ends a transaction is that of now."""
    patch.setattr(ending, "check_claim", lambda *_: None)


def aborted_offsets_count(patch: pytest.MonkeyPatch) -> None:
    """A group's offsets count however the transaction ends that committed them."""
    end = OpenOffsets.end

    def commit(it: OpenOffsets, producer_id: int, position: int, **_: bool) -> object:
        return end(it, producer_id, position, is_commit=True)

    patch.setattr(OpenOffsets, "end", commit)


def transactions_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A coordinator that starts reads nothing of what was open."""
    patch.setattr(TransactionReplay, "take", lambda *_: None)


PLANTED = (
    (the_last_record_waits, "endless", 2),
    (reads_go_past_the_high_watermark, "endless", 8),
    (reads_go_past_the_last_stable_offset, "G1a", 1),
    (sequences_are_not_looked_at, "duplicate", 4),
    (nobody_is_woken, "late", 1),
    (one_is_woken, "late", 1),
    (the_last_batch_is_forgotten, "inconsistent-offsets", 1),
    (recovery_looks_at_nothing, "error", 517),
    (the_first_commit_counts, "lost-commit", 1),
    (aborted_records_look_committed, "G1a", 1),
    (zombies_are_let_in, "zombie", 1),
    (aborted_offsets_count, "lost-commit", 1),
    (transactions_are_forgotten, "endless", 1),
)
"""Bugs, the kind of complaint that each must lead to, and where to begin to look for
it: at a seed that shows it soon."""


@pytest.mark.world
@pytest.mark.parametrize(("plant", "kind", "first"), PLANTED)
def test_a_planted_bug_is_found(
    plant: Plant, kind: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    seeds = range(first, first + SEEDS_MAX)
    assert any(kind in play(plan_of(seed)).kinds for seed in seeds)
