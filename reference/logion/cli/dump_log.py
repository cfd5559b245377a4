"""`logion dump-log`: the files of a data folder, in words.

Segments, indexes, snapshots and checkpoints are told by their names. Reading stops
nowhere but at damage that hides what follows; each damage is printed where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from logion.cli.arguments import FAILED, Parser, refuse
from logion.cli.dump_index import dump_index, dump_time_index
from logion.cli.dump_segment import Damage, Depth, Line, dump_segment
from logion.cli.dump_state import (
    dump_aborted,
    dump_epochs,
    dump_offsets,
    dump_snapshot,
    dump_text,
)
from logion.log import checkpoints
from logion.log.segment import (
    CLEANED,
    DELETED,
    INDEX,
    LOG,
    SNAPSHOT,
    SWAP,
    TIME_INDEX,
    TXN_INDEX,
)

DESCRIPTION = """\
Print files of a data folder: segments (.log), indexes (.index, .timeindex, .txnindex),
producer snapshots (.snapshot), checkpoints. Checksums are verified, indexes compared
with the segment beside them. Damage is printed where it is; then the exit status is 1.
"""

Dumper = Callable[[Path], Iterator[Line]]

RAFT_SNAPSHOT = ".checkpoint"
"""The image of a KRaft quorum (KIP-630): batches, as in a segment."""

_BY_SUFFIX: Mapping[str, Dumper] = {
    INDEX: dump_index,
    TIME_INDEX: dump_time_index,
    TXN_INDEX: dump_aborted,
    SNAPSHOT: dump_snapshot,
}

_BY_NAME: Mapping[str, Dumper] = {
    checkpoints.RECOVERY_POINTS: dump_offsets,
    checkpoints.HIGH_WATERMARKS: dump_offsets,
    checkpoints.LOG_START_OFFSETS: dump_offsets,
    checkpoints.CLEANER_OFFSETS: dump_offsets,
    checkpoints.LEADER_EPOCHS: dump_epochs,
    checkpoints.PARTITION_METADATA: dump_text,
    checkpoints.META_PROPERTIES: dump_text,
    checkpoints.CLEAN_SHUTDOWN: dump_text,
}


def main(arguments: list[str]) -> int:
    """Run `logion dump-log`: 0 if all is well, 1 for damage, 2 for no such file."""
    parser = Parser(prog="logion dump-log", description=DESCRIPTION)
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="of a data or a partition folder")
    add("--print-data-log", action="store_true", help="print records, with their data")
    add("--deep-iteration", action="store_true", help="print records, without data")
    options = parser.parse_args(arguments)
    depth = Depth(options.deep_iteration, options.print_data_log)
    return max(_dump(Path(file), depth) for file in options.files)


def _dump(path: Path, depth: Depth) -> int:
    """Print one file; return the exit status."""
    lines = _lines(path, depth)
    if lines is None:
        known = ", ".join((LOG, RAFT_SNAPSHOT, *_BY_SUFFIX, *_BY_NAME))
        return refuse("dump-log", f"{path}: its name is none of {known}")
    print(f"Dumping {path}")
    status = 0
    try:
        for line in lines:
            print(line)
            if isinstance(line, Damage):
                status = FAILED
    except BrokenPipeError:  # of stdout
        raise
    except OSError as problem:
        return refuse("dump-log", problem)
    return status


def _lines(path: Path, depth: Depth) -> Iterator[Line] | None:
    name = path.name
    if name in _BY_NAME:
        return _BY_NAME[name](path)
    for ending in (DELETED, CLEANED, SWAP):
        name = name.removesuffix(ending)
    suffix = Path(name).suffix
    if suffix in (LOG, RAFT_SNAPSHOT):
        return dump_segment(path, depth)
    return _BY_SUFFIX[suffix](path) if suffix in _BY_SUFFIX else None
