"""Opening a log: what a clean stop left is trusted, what a crash left is checked.

After a clean stop only names and small tails are read. Otherwise every segment from
the recovery point on is read whole: the first entry that is cut, corrupt or out of
order ends the log there, both indexes are made anew, and producers and epochs are
learnt again from the last snapshot in front of it. Whatever is dropped is told.

A gap between two segments is no damage: compaction makes them, and the policy of a
topic may not be known yet. Sound segments behind one stay. The exception is a hole that
a power cut can have torn: behind the recovery point that the directory has for this
log, an older segment may be lost though a younger one was written. There the log ends
at the hole, unless the topic is known to be compacted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from logion.disk import File, read_file, replace_file
from logion.log.aborted import keep_aborted_below
from logion.log.checkpoints import (
    LEADER_EPOCHS,
    MalformedFile,
    format_epochs,
    parse_epochs,
)
from logion.log.directory import LogDirectory
from logion.log.entries import headers
from logion.log.epochs import Epochs, with_last_epoch, without_end
from logion.log.producer_snapshot import CorruptSnapshot, parse_snapshot
from logion.log.producers import Producer
from logion.log.segment import (
    CLEANED,
    DELETED,
    LOG,
    SEGMENT_FILES,
    SNAPSHOT,
    SWAP,
    TXN_INDEX,
    Segment,
    file_stem,
)
from logion.log.settings import LogSettings
from logion.log.state import LogState

logger = logging.getLogger(__name__)

OFFSET_MAX = 2**63 - 1


class Known(NamedTuple):
    """What the checkpoints of the directory say of a log."""

    is_clean: bool = False
    """The broker that had it before stopped in good order."""
    recovery_point: int | None = None
    """Everything below it was synced; None if they do not say."""
    start_offset: int = 0
    """First offset it served."""
    cleaned_end: int = 0
    """Everything below it was cleaned (`cleaner-offset-checkpoint`)."""
    folder: str = ""
    """Its folder's name, if that is not the partition's."""


class Loaded(NamedTuple):
    """An opened log."""

    segments: list[Segment]
    """At least one; the last is the active one."""
    start_offset: int
    end_offset: int
    state: LogState


class Loading:
    """The opening of one log."""

    def __init__(
        self, directory: LogDirectory, path: str, settings: LogSettings, known: Known
    ) -> None:
        """Prepare to open the log in the folder `path`."""
        self._directory = directory
        self._path = path
        self._settings = settings
        self._known = known

    def load(self) -> Loaded:
        """Return the opened log; OSError if the disk fails."""
        names = self._tidy(self._directory.disk.listdir(self._path))
        segments = self._segments(names)
        if not segments:
            segments = [self._new_segment(self._known.start_offset)]
        suspect = self._first_suspect(segments)
        bound = segments[suspect].base_offset if suspect is not None else None
        offset, producers = self._snapshot(names, bound)
        epochs = self._epochs()
        state = LogState(epochs, producers)
        if suspect is None:
            end = self._resume(segments[-1])
            self._replay(segments, offset, state)
            state.epochs = epochs or state.epochs
        else:
            self._replay(segments[:suspect], offset, state)
            known = epochs or state.epochs  # a replay may begin inside an epoch
            state.epochs = without_end(known, segments[suspect].base_offset)
            end = self._recover(segments, suspect, state)
        if end < self._known.start_offset:
            state, end = LogState(), self._restart(segments, end)
        state.epochs = with_last_epoch(without_end(state.epochs, end), epochs, end)
        if state.epochs != epochs:
            self._write_epochs(state.epochs)
        segments[-1].activate()
        start = max(segments[0].base_offset, self._known.start_offset)
        self._drop_snapshots_above(end)
        self._drop_stray_snapshots({segment.base_offset for segment in segments})
        return Loaded(segments, start, end, state)

    def _restart(self, segments: list[Segment], end: int) -> int:
        """Let the log go on, empty, where it started; return that offset.

        A crash took records that had been deleted before they were synced: their
        offsets must not be given to others.
        """
        start = self._known.start_offset
        self._drop(segments, 0, end, f"it has nothing of what begins at {start}")
        segments.append(self._new_segment(start))
        self._directory.disk.sync_dir(self._path)
        return self._known.start_offset

    def _write_epochs(self, epochs: Epochs) -> None:
        """Keep what was learnt: the next opening will not read those records again."""
        path = f"{self._path}/{LEADER_EPOCHS}"
        replace_file(self._directory.disk, path, format_epochs(epochs))

    def state_at(
        self, segments: Sequence[Segment], end_offset: int, before: LogState
    ) -> LogState:
        """Return what a log knew that now ends at `end_offset`, after a cut."""
        epochs = without_end(before.epochs, end_offset)
        self._drop_snapshots_above(end_offset)
        if not before.producers:
            return LogState(epochs)
        names = self._directory.disk.listdir(self._path)
        offset, producers = self._snapshot(names, end_offset)
        state = LogState(epochs, producers)
        self._replay(segments, offset, state)
        state.epochs = epochs
        return state

    # Files

    def _tidy(self, names: list[str]) -> list[str]:
        """Remove what was on its way out, complete what was on its way in.

        A compaction that still has `.cleaned` files was not finished: the `.swap`
        files from there on belong to it.
        """
        disk, path = self._directory.disk, self._path
        cleaned = [_offset_in(name) for name in names if name.endswith(CLEANED)]
        bound = min(cleaned, default=OFFSET_MAX)
        swaps = {name for name in names if name.endswith(SWAP)}
        unfinished = {name for name in swaps if _offset_in(name) >= bound}
        for name in unfinished:
            disk.remove(f"{path}/{name}")
        if unfinished:
            disk.sync_dir(path)  # what tells that they are is still there until now
        for name in names:
            if name.endswith((DELETED, CLEANED, ".tmp")):
                disk.remove(f"{path}/{name}")
        names = disk.listdir(path)
        finished = swaps - unfinished
        for name in sorted(finished, key=lambda it: not it.endswith(f"{LOG}{SWAP}")):
            self._swap_in(name, names)
        if finished:
            disk.sync_dir(path)
        return disk.listdir(path) if finished else names

    def _swap_in(self, name: str, names: list[str]) -> None:
        """Put a compacted file in its place, and its sources away.

        They are gone for good before it has its name: it would not tell of them.
        """
        disk, path = self._directory.disk, self._path
        if name.endswith(f"{LOG}{SWAP}"):
            base_offset = _offset_in(name)
            end = _end_offset_in(disk.open(f"{path}/{name}"), base_offset)
            for other in _log_names(names):
                if base_offset < int(other[:20]) < end:
                    self._remove_segment(other[:20])
            disk.sync_dir(path)
        disk.rename(f"{path}/{name}", f"{path}/{name.removesuffix(SWAP)}")

    def _remove_segment(self, stem: str) -> None:
        for suffix in SEGMENT_FILES:
            path = f"{self._path}/{stem}{suffix}"
            self._directory.files.forget(path)
            if self._directory.disk.exists(path):
                self._directory.disk.remove(path)

    def _segments(self, names: Iterable[str]) -> list[Segment]:
        stems = sorted(name.removesuffix(LOG) for name in _log_names(names))
        return [self._segment(stem) for stem in stems]

    def _segment(self, stem: str) -> Segment:
        path = f"{self._path}/{stem}"
        files = self._directory.files
        return Segment(files, path, int(stem), files.size(f"{path}{LOG}"))

    def _new_segment(self, base_offset: int) -> Segment:
        segment = self._segment(file_stem(base_offset))
        segment.create(self._directory.clock.time_ms())
        return segment

    def _epochs(self) -> Epochs:
        path = f"{self._path}/{LEADER_EPOCHS}"
        if not self._directory.disk.exists(path):
            return ()
        try:
            return parse_epochs(read_file(self._directory.disk, path))
        except MalformedFile:
            return ()

    # Clean

    def _first_suspect(self, segments: list[Segment]) -> int | None:
        """Return the number of the first segment to be checked, None if none is."""
        if not self._known.is_clean:
            # The segment that ends there grew until the sync, its indexes after it.
            point = self._known.recovery_point or 0
            below = [segment.base_offset < point for segment in segments]
            return max(0, sum(below) - 1)
        last = segments[-1]
        header = last.last_header()
        is_whole = (header.end if header else 0) == last.size
        return None if is_whole else len(segments) - 1

    def _resume(self, segment: Segment) -> int:
        """Return the log end offset, which the active segment knows."""
        segment.resume()
        header = segment.last_header()
        return header.last_offset + 1 if header else segment.base_offset

    # Producers

    def _snapshot(
        self, names: Iterable[str], bound: int | None
    ) -> tuple[int | None, dict[int, Producer]]:
        """Return the newest usable snapshot's offset (None: none) and producers."""
        offsets = sorted((int(n[:20]) for n in names if _is_snapshot(n)), reverse=True)
        for offset in offsets:
            path = f"{self._path}/{file_stem(offset)}{SNAPSHOT}"
            if bound is not None and offset > bound:
                continue
            try:
                return offset, parse_snapshot(read_file(self._directory.disk, path))
            except CorruptSnapshot:
                self._directory.disk.remove(path)
        return None, {}

    def _drop_stray_snapshots(self, bases: set[int]) -> None:
        """Keep the newest snapshot and those where a segment begins."""
        names = sorted(filter(_is_snapshot, self._directory.disk.listdir(self._path)))
        for name in names[:-1]:
            if int(name[:20]) not in bases:
                self._directory.disk.remove(f"{self._path}/{name}")

    def _drop_snapshots_above(self, end_offset: int) -> None:
        for name in self._directory.disk.listdir(self._path):
            if _is_snapshot(name) and int(name[:20]) > end_offset:
                self._directory.disk.remove(f"{self._path}/{name}")

    def _replay(
        self, segments: Sequence[Segment], offset: int | None, state: LogState
    ) -> None:
        """Learn from the entries from `offset` on.

        A log without any snapshot that was stopped cleanly is of a release before
        producer ids: there is nothing to learn.
        """
        if offset is None:
            if self._known.is_clean:
                return
            offset = 0
        for number, segment in enumerate(segments):
            is_last = number == len(segments) - 1
            if not is_last and segments[number + 1].base_offset <= offset:
                continue
            header = segment.find(offset)
            for entry in segment.entries(header.position) if header else ():
                state.take(entry.buffer, entry.batch)

    # Recovery

    def _recover(self, segments: list[Segment], first: int, state: LogState) -> int:
        """Check the segments from `first` on, cut off what is wrong; return the end."""
        end = segments[first].base_offset
        for number in range(first, len(segments)):
            segment = segments[number]
            misplaced = self._misplaced(segment, end)
            if misplaced is not None:
                self._drop(segments, number, end, misplaced)
                break
            size = segment.size
            end, is_whole = self._recover_segment(segment, state)
            if not is_whole:
                reason = f"no sound batch at byte {segment.size} of {segment.path}{LOG}"
                self._drop(segments, number + 1, end, reason, size - segment.size)
                break
        self._directory.disk.sync_dir(self._path)
        return end

    def _misplaced(self, segment: Segment, end: int) -> str | None:
        """Return why a segment cannot follow a log that ends at `end`, None if it can.

        See the rule for gaps at the top of this module.
        """
        base, point = segment.base_offset, self._known.recovery_point
        if base < end:
            return f"the next segment begins at {base} already"
        if base == end or self._settings.rules.is_compacted:
            return None
        if point is None or base <= point:
            return None
        return f"a hole up to {base}, and only what is below {point} was synced"

    def _drop(
        self,
        segments: list[Segment],
        number: int,
        end: int,
        reason: str,
        cut: int = 0,
    ) -> None:
        """Remove the segments from `number` on; tell what is lost, and why."""
        lost = segments[number:]
        size = cut + sum(segment.size for segment in lost)
        for segment in lost:
            self._remove_segment(file_stem(segment.base_offset))
        del segments[number:]
        if size:
            logger.warning(
                "%s: cut at offset %d: lost %d bytes, %d whole segments among them: %s",
                *(self._path, end, size, len(lost), reason),
            )

    def _recover_segment(self, segment: Segment, state: LogState) -> tuple[int, bool]:
        """Return where the segment's sound entries end, and whether that was all."""
        files, path = self._directory.files, f"{segment.path}{TXN_INDEX}"
        keep_aborted_below(files, path, segment.base_offset)
        segment.forget_indexes()
        end, position = segment.base_offset, 0
        for entry in segment.entries():
            batch = entry.batch
            if batch.base_offset < end or batch.last_offset < batch.base_offset:
                break
            segment.note(batch, entry.position, self._settings)
            aborted = state.take(entry.buffer, entry.batch)
            if aborted is not None:
                segment.add_aborted(aborted)
            end, position = batch.last_offset + 1, entry.position + batch.size
        is_whole = position == segment.size
        if not is_whole:
            segment.file.truncate(position)
            segment.size = position
        segment.offsets.flush()
        segment.times.flush()
        for file in segment.open_files():
            file.sync()
        return end, is_whole


def _offset_in(name: str) -> int:
    """Return the offset that a file is named after, 0 if it is named otherwise."""
    return int(name[:20]) if name[:20].isdecimal() else 0


def _is_snapshot(name: str) -> bool:
    return name.endswith(SNAPSHOT) and len(name) == 20 + len(SNAPSHOT)


def _log_names(names: Iterable[str]) -> list[str]:
    return [n for n in names if n.endswith(LOG) and n[:20].isdigit() and len(n) == 24]


def _end_offset_in(file: File, base_offset: int) -> int:
    """Return the offset after the last entry of a segment's file."""
    end = base_offset
    for header in headers(file, 0, file.size()):
        end = header.last_offset + 1
    return end
