"""Speed of the record formats: run it as a script, it prints one line per figure.

Nothing here is a test: figures depend on the machine.
"""

from __future__ import annotations

import sys
import timeit
from collections.abc import Callable

from logion.records.batch import check_crc, parse_batches, stamp
from logion.records.codec import Codec
from logion.records.record import BatchOptions, Record, read_batch, write_batch
from logion.records.validation import ProduceRules, validate_produced

COUNT = 1_000
"""Records per batch."""


def seconds(call: Callable[[], object]) -> float:
    """Return what one call takes: the best of five rounds of at least 0.1 s."""
    timer = timeit.Timer(call)
    rounds, _ = timer.autorange()
    return min(timer.repeat(5, max(1, rounds // 2))) / max(1, rounds // 2)


def show(what: str, each: str, figure: str) -> None:
    """Print one line of the table."""
    sys.stdout.write(f"{what:<34}{each:<28}{figure}\n")


def show_headers(size: int) -> None:
    """Time what the broker does with one batch of about `size` bytes."""
    buffer = bytearray(write_batch([Record(0, 1_000, None, bytes(size))]))
    (batch,) = parse_batches(buffer)
    name = f"one batch, {len(buffer)} bytes"

    def produce() -> object:
        stamp(buffer, batch, base_offset=0, leader_epoch=-1)
        return validate_produced(
            buffer,
            ProduceRules(),
            produce_version=9,
            now_ms=1_000,
            base_offset=7,
            leader_epoch=3,
        )

    calls: dict[str, Callable[[], object]] = {
        "parse": lambda: parse_batches(buffer),
        "crc": lambda: check_crc(buffer, batch),
        "stamp": lambda: stamp(buffer, batch, base_offset=7, leader_epoch=3),
        "stamp with time": lambda: stamp(
            buffer, batch, base_offset=7, leader_epoch=3, append_time=5
        ),
        "validate (and reset)": produce,
    }
    for what, call in calls.items():
        show(what, name, f"{seconds(call) * 1e6:8.2f} us")


def show_records(magic: int, codec: Codec, size: int) -> None:
    """Time writing and reading of records with values of `size` bytes."""
    records = [Record(i, 1_000 + i, b"key", bytes(size)) for i in range(COUNT)]
    options = BatchOptions(magic=magic, codec=codec)
    buffer = write_batch(records, options)
    batches = parse_batches(buffer)

    def read() -> list[list[Record]]:
        return [read_batch(buffer, batch) for batch in batches]

    name = f"magic {magic}, {codec.label}, {size} bytes"
    written = seconds(lambda: write_batch(records, options))
    for what, time in (("write", written), ("read", seconds(read))):
        show(what, name, f"{COUNT / time / 1e3:8.0f} thousand records/s")


def main() -> None:
    """Print all figures."""
    for size in (100, 16_384, 1_000_000):
        show_headers(size)
    for codec in Codec:
        show_records(2, codec, 100)
    show_records(1, Codec.NONE, 100)
    show_records(1, Codec.GZIP, 100)
    show_records(0, Codec.NONE, 100)


if __name__ == "__main__":
    main()
