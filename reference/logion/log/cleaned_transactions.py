"""Which batches a cleaner may discard because of the transactions they belong to.

It meets the batches of a log in order. Records of an aborted transaction go; a marker
may go once no batch of its transaction is left, not even an empty one. Aborted
transactions of which a batch was still there stay in the `.txnindex`.
"""

from __future__ import annotations

from collections.abc import Iterable

from logion.log.aborted import Aborted
from logion.log.state import read_marker
from logion.records.batch import Batch


class CleanedTransactions:
    """The transactions that a cleaner is in the midst of, by producer id."""

    def __init__(self, aborted: Iterable[Aborted]) -> None:
        """Begin in front of all of `aborted`, in any order."""
        self._coming = sorted(aborted, key=lambda it: it.first_offset, reverse=True)
        self._aborted: dict[int, Aborted] = {}
        self._seen: set[int] = set()
        self.kept: list[Aborted] = []
        """Aborted transactions whose marker was met after a batch of theirs."""
        self.may_discard = False
        """Whether the batch that was taken in last may go, as the module says."""

    def take(self, buffer: bytes, batch: Batch) -> None:
        """Take in the next batch."""
        while self._coming and self._coming[-1].first_offset <= batch.last_offset:
            begun = self._coming.pop()
            self._aborted.setdefault(begun.producer_id, begun)
        self.may_discard = False
        if batch.is_control:
            self._take_marker(buffer, batch)
        elif batch.is_transactional:
            self._seen.add(batch.producer_id)
            self.may_discard = batch.producer_id in self._aborted

    def _take_marker(self, buffer: bytes, batch: Batch) -> None:
        if batch.count == 0:
            self.may_discard = True  # it was emptied before
            return
        marker = read_marker(buffer, batch)
        if marker is None:
            return
        aborted = self._aborted.pop(batch.producer_id, None)
        was_seen = batch.producer_id in self._seen
        self._seen.discard(batch.producer_id)
        if was_seen and aborted is not None and not marker.is_commit:
            self.kept.append(aborted)
        self.may_discard = not was_seen
