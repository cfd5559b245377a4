"""Whatever is done to it, a log is a list of records with a start."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from logion.log.loading import Known
from logion.records.batch import parse_batches
from logion.testing.disk import MemoryDisk

from tests.effort import examples
from tests.logion.log.building import (
    append,
    open_log,
    records_of,
)


class Model:
    """A log, and the list of batches that it should be."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.log = open_log(self.disk)
        self.batches: list[list[int]] = []
        self.start = 0

    @property
    def end(self) -> int:
        return self.batches[-1][-1] + 1 if self.batches else self.log.end_offset

    def append(self, count: int) -> None:
        offsets = list(range(self.end, self.end + count % 4 + 1))
        append(self.log, *(b"%d" % offset for offset in offsets))
        self.batches.append(offsets)

    def truncate(self, offset: int) -> None:
        if offset >= self.start:
            self.log.truncate_to(offset)
            self.batches = [one for one in self.batches if one[-1] < offset]
            self.start = min(self.start, self.end)

    def delete(self, offset: int) -> None:
        if offset <= self.end:
            self.start = self.log.delete_before(offset)
            self.log.delete_old_segments(self.end)

    def roll(self, _: int) -> None:
        self.log.roll()

    def reopen(self, _: int) -> None:
        self.log.close().run()
        known = Known(is_clean=True, start_offset=self.start)
        self.log = open_log(self.disk, known=known)

    def recover(self, _: int) -> None:
        self.disk = self.disk.crash(range(len(self.disk.unsynced)))
        self.log = open_log(self.disk, known=Known(start_offset=self.start))

    def check(self) -> None:
        expected = [o for one in self.batches for o in one if o >= self.start]
        found = records_of(self.log)
        assert [record.offset for record in found] == expected
        assert [record.value for record in found] == [b"%d" % o for o in expected]
        assert (self.log.start_offset, self.log.end_offset) == (self.start, self.end)
        for offset in expected:
            first = parse_batches(self.log.read(offset, 1).read())[0]
            assert first.base_offset <= offset <= first.last_offset


ACTIONS = (
    Model.append,
    Model.truncate,
    Model.delete,
    Model.roll,
    Model.reopen,
    Model.recover,
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 30)), max_size=25))
def test_a_log_is_a_list_whatever_is_done_to_it(
    actions: list[tuple[Callable[[Model, int], None], int]],
) -> None:
    model = Model()
    for action, number in actions:
        action(model, number)
        model.check()
