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

    def may_discard(self, buffer: bytes, batch: Batch) -> bool:
        """Take in the next batch; return whether it may go, as the module says."""
        while self._coming and self._coming[-1].first_offset <= batch.last_offset:
            begun = self._coming.pop()
            self._aborted.setdefault(begun.producer_id, begun)
        if batch.is_control:
            return self._may_discard_marker(buffer, batch)
        if batch.is_transactional:
            self._seen.add(batch.producer_id)
            return batch.producer_id in self._aborted
        return False

    def _may_discard_marker(self, buffer: bytes, batch: Batch) -> bool:
        if batch.count == 0:
            return True  # it was emptied before
        marker = read_marker(buffer, batch)
        if marker is None:
            return False
        aborted = self._aborted.pop(batch.producer_id, None)
        was_seen = batch.producer_id in self._seen
        self._seen.discard(batch.producer_id)
        if was_seen and aborted is not None and not marker.is_commit:
            self.kept.append(aborted)
        return not was_seen
