"""How fast a log is cleaned: `python tests/benchmarks/cleaner.py [FOLDER] [--quick]`.

Prints a line of JSON; FOLDER is where the log is made, a temporary one by default. Each
key is written twice, so that half of the bytes go; batches have 16 KiB, as most
producers make them, and nothing is compressed. The log is in the page cache, if there
is room; what is written anew is synced, which is part of the time.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from logion.clock import SystemClock
from logion.disk import SystemDisk
from logion.log.cleaning import CleaningBounds, dirty_part
from logion.log.compaction import Compaction
from logion.log.directory import LogDirectory
from logion.log.loading import Known
from logion.log.log import Log
from logion.log.offset_map import MapLimits
from logion.log.settings import LogSettings
from logion.names import TopicPartition
from logion.records.record import Record, write_batch
from logion.records.validation import ProduceRules

BATCH_SIZE = 16 * 1024
SEGMENT_SIZE = 128 * 1024 * 1024
SETTINGS = LogSettings(
    segment_bytes=SEGMENT_SIZE, rules=ProduceRules(is_compacted=True), is_delete=False
)


class Work(NamedTuple):
    """What is cleaned."""

    record_size: int
    log_size: int


FULL = (Work(1024, 1024**3), Work(100, 128 * 1024**2))
QUICK = (Work(1024, 64 * 1024**2), Work(100, 8 * 1024**2))


def measure(work: Work, folder: str) -> dict[str, float]:
    """Return what cleaning a log takes."""
    log = filled(work, folder)
    log.flush()
    size = log.size
    bounds = CleaningBounds(0, log.end_offset, log.directory.clock.time_ms())
    dirty = dirty_part(log.segments_to_clean(), SETTINGS, bounds)
    before = forget_memory_max()
    steps: list[float] = []
    cpu, start = time.process_time(), time.perf_counter()
    began = start
    for sync in Compaction(log, dirty, MapLimits()).steps():
        steps.append(time.perf_counter() - began)
        if sync is not None:
            sync()
        began = time.perf_counter()
    seconds = time.perf_counter() - start
    assert log.size < size * 0.52, (log.size, size)
    steps.sort()
    return {
        "record_size": work.record_size,
        "size_mb": size / 1e6,
        "mb_per_s": size / 1e6 / seconds,
        "cpu_mb_per_s": size / 1e6 / (time.process_time() - cpu),
        "memory_mb": (memory_max() - before) / 1024,
        "step_p99_ms": steps[len(steps) * 99 // 100] * 1e3,
        "step_max_ms": steps[-1] * 1e3,
    }


def filled(work: Work, folder: str) -> Log:
    """Return a log of this size whose keys were written twice."""
    disk, name = SystemDisk(), TopicPartition(f"t{work.record_size}", 0)
    disk.make_dir(f"{folder}/{name}")
    directory = LogDirectory(disk, folder, SystemClock())
    log = Log(directory, name, SETTINGS, Known(is_clean=True))
    for data in batches(work):
        log.append_as_leader(data, leader_epoch=0)
    log.roll()
    return log


def batches(work: Work) -> Iterator[bytearray]:
    """Yield the batches of a log, keys in no order."""
    count = work.log_size // work.record_size
    keys = [*range(count // 2)] * 2
    random.Random(1).shuffle(keys)
    value = bytes(work.record_size - 20 - len(key_of(0)))
    per_batch = max(1, BATCH_SIZE // work.record_size)
    for start in range(0, len(keys), per_batch):
        chosen = enumerate(keys[start : start + per_batch])
        records = [Record(at, 1, key_of(key), value) for at, key in chosen]
        yield bytearray(write_batch(records))


def key_of(number: int) -> bytes:
    """Return a key as applications have them."""
    return b"customer-%010d" % number


def forget_memory_max() -> int:
    """Let the most memory this process has had be what it has now: these KiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_max()


def memory_max() -> int:
    """Return the KiB of memory this process has had at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1])


def main(folder: str, plan: tuple[Work, ...]) -> None:
    """Measure all of a plan and print it."""
    found = [measure(work, folder) for work in plan]
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    chosen = QUICK if "--quick" in sys.argv else FULL
    given = [word for word in sys.argv[1:] if not word.startswith("-")]
    if given:
        main(given[0], chosen)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(temporary, chosen)
