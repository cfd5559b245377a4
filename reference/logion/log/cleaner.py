"""Which log is cleaned next, and what is remembered of it.

Only logs whose `cleanup.policy` has `compact` are cleaned, one at a time, the dirtiest
first. One with records that cannot be read, or with a batch of more keys than the
memory for them takes, is left alone until it is opened again or made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress

from logion.log.cleaning import CleaningBounds, Dirty, dirty_part
from logion.log.compaction import Cleaned, Compaction, Steps
from logion.log.log import Log
from logion.log.manager import LogManager
from logion.log.offset_map import MapLimits
from logion.protocol.errors import ApiError, Error

logger = logging.getLogger(__name__)


class LogCleaner:
    """Cleans the logs of a broker."""

    def __init__(self, logs: LogManager, limits: MapLimits) -> None:
        """Clean the logs of `logs`, with so much memory for their keys."""
        self._logs = logs
        self.limits = limits
        """Memory for the keys of a log; a change holds from the next log on."""
        self._at_work: Steps | None = None

    def clean_dirtiest(self) -> Steps | None:
        """Return the steps that clean the dirtiest log, None if none is dirty enough.

        The steps raise nothing: what goes wrong is logged.
        """
        due = [
            (dirty.ratio, log, dirty)
            for log, dirty in self._dirty_logs()
            if dirty.is_due(log.settings.compaction.min_dirty_ratio)
        ]
        if not due:
            return None
        _, log, dirty = max(due, key=lambda it: it[0])
        self._at_work = self._cleaning(log, dirty, [])
        return self._at_work

    def clean_now(self, *, rolls: bool = False) -> list[Cleaned]:
        """Clean every compacted log, however little is dirty; return what was done.

        Lags, high watermark and last stable offset are heeded; with `rolls` the active
        segments are rolled first, or their records would be left alone. Returns when
        all is done. Logs without anything to clean are not in the answer, nor are
        those that are `uncleanable`.
        """
        self.give_up()
        done: list[Cleaned] = []
        for log in self._compacted_logs():
            with suppress(ApiError):  # its directory has failed, which was told
                if rolls:
                    log.roll()
                self._clean_whole(log, done)
        return done

    def give_up(self) -> None:
        """Stop the cleaning that is at work, if any: its log stays as it is by now."""
        if self._at_work is not None:
            self._at_work.close()
            self._at_work = None

    def _clean_whole(self, log: Log, done: list[Cleaned]) -> None:
        """Clean a log, again where not all its keys fitted into memory at once."""
        while True:
            dirty, count = self._dirty(log), len(done)
            for work in self._cleaning(log, dirty, done):
                if work is not None:
                    work()
            if len(done) == count or log.cleaned_end in (dirty.first_dirty, dirty.end):
                return

    def _cleaning(self, log: Log, dirty: Dirty, done: list[Cleaned]) -> Steps:
        """Clean a log; what is done is added to `done` and written down."""
        compaction = Compaction(log, dirty, self.limits)
        try:
            with closing(compaction.steps()) as steps:
                yield from steps
            if compaction.result is not None:
                self._logs.write_cleaner_offsets(log.directory)
                _tell(compaction.result)
                done.append(compaction.result)
        except ApiError as problem:
            if problem.error is not Error.KAFKA_STORAGE_ERROR:
                log.uncleanable = str(problem)
                logger.error("%s is not cleaned any more: %s", log.name, problem)

    def _dirty_logs(self) -> Iterator[tuple[Log, Dirty]]:
        for log in self._compacted_logs():
            if len(log.segments) == 1:
                continue  # the active one, which is left alone
            try:
                dirty = self._dirty(log)
            except ApiError:
                continue  # its directory has failed, which was told
            yield log, dirty

    def _compacted_logs(self) -> Iterable[Log]:
        return [
            log
            for log in self._logs.logs.values()
            if log.settings.is_compacted
            and log.directory.failure is None
            and not log.uncleanable
        ]

    def _dirty(self, log: Log) -> Dirty:
        """Return what of a log may be cleaned; it is all dirty if none says otherwise.

        The checkpoint may be of a log that has lost records since, or more of them.
        """
        high_watermark = self._logs.high_watermarks.get(log.name, 0)
        first = log.cleaned_end
        if not log.start_offset <= first <= log.end_offset:
            first = log.start_offset
        bounds = CleaningBounds(
            first_dirty=first,
            stable=log.last_stable_offset(high_watermark),
            now_ms=log.directory.clock.time_ms(),
        )
        return dirty_part(log.segments_to_clean(), log.settings, bounds)


def _tell(cleaned: Cleaned) -> None:
    logger.info(
        "cleaned %s from offset %d to %d: %d bytes became %d",
        *(cleaned.name, cleaned.start_offset, cleaned.end_offset),
        *(cleaned.size_before, cleaned.size_after),
    )
