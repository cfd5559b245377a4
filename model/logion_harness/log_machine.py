"""Holds the reference's log to the model's, step by step, across crashes.

Every rule does the same to both and then compares what can be observed; after a crash
the log must be one of those that the model allows, and the model goes on from that one.
Preconditions look at the model alone, so that shrinking stays valid.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from logion.protocol.errors import ApiError
from logion_model import log as model

from logion_harness.log_rig import Rig, View, key_of, view, view_of_model

BATCH_MAX = 3
TORN_MAX = 200
OPERATIONS_MAX = 4
COMPACTION_MAX = 60


class NotAllowedError(AssertionError):
    """The log is in none of the states that the model allows."""

    def __init__(self, found: View, allowed: Iterable[model.Log]) -> None:
        """Say what was found and what would have been right."""
        wanted = "\n  or ".join(str(view_of_model(state)) for state in allowed)
        super().__init__(f"\nfound {found}\n  but {wanted}")


class LogMachine(RuleBasedStateMachine):
    """One log and its model."""

    def __init__(self) -> None:
        """Begin with an empty log on both sides."""
        super().__init__()
        self.rig = Rig()
        self.model = model.Log()
        self.epoch = 0
        self.written = 0
        self.deleted = 0
        """Highest log start offset so far; a crash may have undone that deletion."""
        self.compacted = 0
        """Compaction has been below: that was committed, nobody truncates it."""

    def _values(self, count: int) -> tuple[bytes, ...]:
        """Return values that were never written before."""
        first = self.written
        self.written += count
        return tuple(b"%d" % number for number in range(first, self.written))

    @rule(count=st.integers(1, BATCH_MAX))
    def append(self, count: int) -> None:
        """Records of a producer get the end offset."""
        values = self._values(count)
        self.rig.append(self.epoch, values)
        self.model = model.append(self.model, self.epoch, values)

    @rule(count=st.integers(1, BATCH_MAX))
    def replicate(self, count: int) -> None:
        """Records of a leader keep its offsets and its epoch."""
        values = self._values(count)
        self.rig.replicate(self.epoch, values)
        self.model = model.append(self.model, self.epoch, values)

    @rule()
    def new_epoch(self) -> None:
        """Another leader's records follow."""
        self.epoch += 1

    @rule()
    def roll(self) -> None:
        """A new segment changes nothing that can be observed."""
        self.rig.log.roll()
        self.model = model.roll(self.model)

    @rule()
    def flush(self) -> None:
        """What is flushed survives a crash."""
        self.rig.log.flush()
        self.model = model.flush(self.model)

    @rule()
    def checkpoint(self) -> None:
        """The log start offset survives a crash."""
        self.rig.checkpoint()
        self.model = model.checkpoint_start(self.model)

    @rule(data=st.data())
    def delete_before(self, data: st.DataObject) -> None:
        """DeleteRecords raises the log start offset."""
        bounds = self.model.start_offset, self.model.end_offset
        offset = data.draw(st.integers(*bounds))
        self.rig.log.delete_before(offset)
        self.model = model.delete_before(self.model, offset)

    @rule()
    def expire(self) -> None:
        """Retention raises the log start offset by whole batches, or not at all."""
        starts = {batch.base_offset for batch in self.model.batches}
        self.rig.expire()
        offset = self.rig.log.start_offset
        if offset not in {self.model.start_offset, self.model.end_offset, *starts}:
            raise NotAllowedError(view(self.rig.log), [self.model])
        self.model = model.delete_before(self.model, offset)

    @rule(data=st.data())
    def truncate(self, data: st.DataObject) -> None:
        """A follower drops what its leader does not have.

        Not inside the batch in which its log starts: leaders begin with a batch, and a
        log that starts later than its leader's truncation point is dropped whole.
        """
        whole = [
            batch
            for batch in self.model.batches
            if batch.base_offset >= self.model.start_offset
        ]
        first = whole[0].base_offset if whole else self.model.end_offset
        lowest = min(max(first, self.compacted), self.model.end_offset)
        offset = data.draw(st.integers(lowest, self.model.end_offset))
        self.rig.log.truncate_to(offset)
        self.model = model.truncate(self.model, offset)

    @rule(rolls=st.booleans())
    def compact(self, rolls: bool) -> None:  # noqa: FBT001 - drawn
        """Compaction removes what later records of full segments replace.

        It syncs what it touches, and has that written down.
        """
        end = self._compacted_end(rolls=rolls)
        self.rig.compact(rolls=rolls)
        synced = model.checkpoint_start(model.flush(self.model))
        self.model = model.compact(synced, end, key_of)

    def _compacted_end(self, *, rolls: bool) -> int:
        active = self.rig.log.segments[-1]
        end = self.model.end_offset if rolls else active.base_offset
        self.compacted = max(self.compacted, end)
        return end

    @rule(rolls=st.booleans(), after=st.integers(0, COMPACTION_MAX), data=st.data())
    def crash_while_compacting(
        self,
        rolls: bool,  # noqa: FBT001 - drawn
        after: int,
        data: st.DataObject,
    ) -> None:
        """A compaction that was under way has been done up to some batch."""
        end = self._compacted_end(rolls=rolls)
        self.rig.fail(after=after)
        with suppress(ApiError):
            self.rig.compact(rolls=rolls)
        synced = model.flush(self.model)
        partly = model.compacting(synced, end, key_of)
        done = [after for state in partly for after in model.crash(state)]
        self._crash_to([*model.crash(self.model), *done], data)

    @rule()
    def restart(self) -> None:
        """A clean stop keeps everything."""
        self.rig.restart()
        self.model = model.checkpoint_start(model.flush(self.model))

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """A crash keeps what was flushed, and any prefix of the rest."""
        self._crash_to(list(model.crash(self.model)), data)

    @precondition(lambda self: self.model.end_offset > self.model.flushed)
    @rule()
    def lose_everything_unsynced(self) -> None:
        """The hardest crash: nothing reached the disk but what was synced."""
        self.rig.crash((), None)
        self._go_on_from(list(model.crash(self.model)))

    @rule(
        count=st.integers(1, BATCH_MAX),
        after=st.integers(0, OPERATIONS_MAX),
        data=st.data(),
    )
    def crash_while_appending(
        self, count: int, after: int, data: st.DataObject
    ) -> None:
        """A batch that was being written is there whole or not at all."""
        values = self._values(count)
        self.rig.append_on_failing_disk(self.epoch, values, after=after)
        appended = model.append(self.model, self.epoch, values)
        allowed = [*model.crash(self.model), *model.crash(appended)]
        self._crash_to(allowed, data)

    def _crash_to(self, allowed: list[model.Log], data: st.DataObject) -> None:
        """Crash, with a drawn part of the unsynced operations on the disk."""
        unsynced = len(self.rig.disk.unsynced)
        keep = data.draw(st.sets(st.integers(0, unsynced - 1))) if unsynced else set()
        torn = data.draw(st.none() | st.integers(0, TORN_MAX))
        self.rig.crash(keep, torn)
        self._go_on_from(allowed)

    def _go_on_from(self, allowed: list[model.Log]) -> None:
        found = view(self.rig.log)
        matching = [state for state in allowed if self._shows(state, found)]
        if not matching:
            raise NotAllowedError(found, allowed)
        self.model = matching[0]

    @invariant()
    def log_is_as_the_model_says(self) -> None:
        """What can be observed is the same on both sides."""
        found = view(self.rig.log)
        self.deleted = max(self.deleted, self.model.start_offset)
        if not self._shows(self.model, found):
            raise NotAllowedError(found, [self.model])

    def _shows(self, state: model.Log, found: View) -> bool:
        """Return whether a log in this state may be seen so.

        Epochs that end among records which were deleted once may be forgotten, though
        a crash brought the records back.
        """
        expected = view_of_model(state)
        ends, wanted = (
            tuple(end for end in seen.epochs if end[1] > self.deleted)
            for seen in (found, expected)
        )
        return found[:3] == expected[:3] and ends == wanted
