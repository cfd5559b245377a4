from __future__ import annotations

from pathlib import Path

import pytest
from logion.cli.dump_state import (
    dump_aborted,
    dump_epochs,
    dump_offsets,
    dump_snapshot,
    dump_text,
)
from logion.log.aborted import Aborted, format_aborted
from logion.log.checkpoints import format_epochs, format_offsets
from logion.log.epochs import EpochStart
from logion.log.producer_snapshot import format_snapshot
from logion.log.producers import Producer, Span
from logion.names import TopicPartition

from tests.logion.cli.running import write

PRODUCERS = [
    Producer(7, 2, (Span(3, 5, 30, 32, 1000),), 1000, 4, 30),
    Producer(8, 0, (), 1001, 6),
]


def test_producers_are_shown_with_their_last_batch(tmp_path: Path) -> None:
    path = write(tmp_path / "5.snapshot", format_snapshot(PRODUCERS))
    assert list(dump_snapshot(path)) == [
        (
            "producerId: 7 producerEpoch: 2 coordinatorEpoch: 4 "
            "currentTxnFirstOffset: 30 lastTimestamp: 1000 firstSequence: 3 "
            "lastSequence: 5 firstOffset: 30 lastOffset: 32"
        ),
        "producerId: 8 producerEpoch: 0 coordinatorEpoch: 6 lastTimestamp: 1001",
    ]


def test_a_damaged_snapshot_says_what_is_wrong(tmp_path: Path) -> None:
    data = bytearray(format_snapshot(PRODUCERS))
    data[-1] ^= 1
    (damage,) = dump_snapshot(write(tmp_path / "5.snapshot", data))
    assert str(damage).startswith("DAMAGED: checksum ")


def test_aborted_transactions_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "0.txnindex", format_aborted([Aborted(7, 1, 5, 6)]))
    assert list(dump_aborted(path)) == [
        "producerId: 7 firstOffset: 1 lastOffset: 5 lastStableOffset: 6"
    ]


def test_a_transaction_that_ends_before_it_begins_is_damage(tmp_path: Path) -> None:
    entries = [Aborted(7, 1, 5, 6), Aborted(8, 9, 8, 9)]
    path = write(tmp_path / "0.txnindex", format_aborted(entries))
    *_, damage = dump_aborted(path)
    said = "DAMAGED at byte 34: the transaction ends before it begins"
    assert str(damage) == said


def test_half_an_entry_is_damage(tmp_path: Path) -> None:
    data = format_aborted([Aborted(7, 1, 5, 6)])
    _, damage = dump_aborted(write(tmp_path / "0.txnindex", data, data[:10]))
    assert str(damage) == "DAMAGED at byte 34: 10 bytes are no whole entry"


def test_offsets_are_shown_by_partition(tmp_path: Path) -> None:
    data = format_offsets({TopicPartition("a-b", 3): 17})
    path = write(tmp_path / "x", data)
    assert list(dump_offsets(path)) == ["partition: a-b-3 offset: 17"]


def test_epochs_are_shown_oldest_first(tmp_path: Path) -> None:
    path = write(tmp_path / "x", format_epochs((EpochStart(0, 0), EpochStart(2, 9))))
    assert list(dump_epochs(path)) == [
        "epoch: 0 startOffset: 0",
        "epoch: 2 startOffset: 9",
    ]


@pytest.mark.parametrize("dump", [dump_offsets, dump_epochs])
@pytest.mark.parametrize("data", [b"1\n0\n", b"0\n2\na b c\n", b"0\n1\nx\n"])
def test_a_malformed_checkpoint_is_damage(
    dump: object, data: bytes, tmp_path: Path
) -> None:
    assert callable(dump)
    (damage,) = dump(write(tmp_path / "x", data))
    assert str(damage).startswith("DAMAGED: ")


def test_text_is_shown_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "meta.properties", b"version=0\nbroker.id=1\n\xff\n")
    assert list(dump_text(path)) == ["version=0", "broker.id=1", "�"]
