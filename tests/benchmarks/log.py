"""How fast a log appends, reads and opens: `python tests/benchmarks/log.py [FOLDER]`.

Prints a table; FOLDER is where the log is made, a temporary one by default. Figures are
of one core: the best of several rounds, since the machine may be busy.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable

from logion.clock import SystemClock
from logion.disk import SystemDisk
from logion.log.directory import LogDirectory
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.records.record import BatchOptions, Record, write_batch

ROUNDS = 5
APPENDED_SIZE = 64 * 1024 * 1024
"""Bytes appended in the part that measures large batches, memory and opening."""


def main(folder: str) -> None:
    """Measure everything and print it."""
    log = open_log(folder)
    row("append 1 KiB batch", best(lambda: append(log, small()), 2000))
    row("append 1 KiB batch, idempotent", best(idempotent_appends(log), 2000))
    at_end = best(lambda: log.read(log.end_offset - 1, 1024), 2000)
    row("read at the end, 1 KiB", at_end)
    before = resident()
    data = large()
    rounds = APPENDED_SIZE // len(data) // ROUNDS
    row("append 1 MB batch", best(lambda: append(log, data), rounds))
    row("read 1 MB anywhere", best(lambda: log.read(random_offset(log), 2**20), 2000))
    grown = resident() - before
    show(f"memory for {log.size >> 20} MiB", f"{grown:12d} KiB")
    row("close", best(log.close, 1, rounds=1))
    clean = Known(is_clean=True, recovery_point=log.end_offset)
    row("open after a clean stop", best(lambda: open_log(folder, clean), 20))
    unclean = Known(recovery_point=0)
    row("recover all of it", best(lambda: open_log(folder, unclean), 1))


def open_log(folder: str, known: Known | None = None) -> Log:
    """Return the log in `folder`, which is made if need be."""
    disk, name = SystemDisk(), TopicPartition("t", 0)
    disk.make_dir(f"{folder}/{name}")
    directory = LogDirectory(disk, folder, SystemClock())
    settings = LogSettings(segment_bytes=16 * 1024 * 1024)
    return Log(directory, name, settings, known or Known(is_clean=True))


def small() -> bytearray:
    """Return a batch of one record, 1 KiB."""
    return bytearray(SMALL)


def large() -> bytes:
    """Return a batch of about 1 MB."""
    return write_batch([Record(i, 1, None, os.urandom(1000)) for i in range(1000)])


SMALL = write_batch([Record(0, 1, None, bytes(1024 - 70))])


def append(log: Log, data: bytes | bytearray) -> None:
    """Append a producer's batch."""
    log.append_as_leader(data, leader_epoch=0, produce_version=9)


def idempotent_appends(log: Log) -> Callable[[], None]:
    """Return a function that appends the next batch of one producer."""
    sequence = iter(range(10**9))

    def run() -> None:
        options = BatchOptions(
            producer_id=1, producer_epoch=0, base_sequence=next(sequence)
        )
        append(log, bytearray(write_batch([Record(0, 1, None, bytes(954))], options)))

    return run


def random_offset(log: Log) -> int:
    """Return some offset of the log, a different one each time."""
    return int.from_bytes(os.urandom(6)) % log.end_offset


def best(work: Callable[[], object], count: int, *, rounds: int = ROUNDS) -> float:
    """Return the seconds that one call of `work` takes, in the best round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(count):
            work()
        times.append((time.perf_counter() - start) / count)
    return min(times)


def row(name: str, seconds: float) -> None:
    """Print the time that something takes."""
    show(name, f"{seconds * 1e6:12.1f} us")


def show(name: str, figure: str) -> None:
    """Print one line of the table."""
    sys.stdout.write(f"{name:40}{figure}\n")


def resident() -> int:
    """Return the KiB of memory this process has."""
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - one line
        return int(statm.read().split()[1]) * 4


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(temporary)
