"""What a broker has forgotten when it is started again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from logion.cluster.znodes import TOPIC_CONFIGS, write_config
from logion.log.checkpoints import LOG_START_OFFSETS
from logion.log.epochs import EpochEnd
from logion.log.segment import TXN_INDEX
from logion.names import TopicPartition

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import instead, swapped

MANAGER = "logion.log.manager:LogManager"
LOADING = "logion.log.loading:Loading"
PARTITION = "logion.replica.partition:Partition"


def emptied(open_log: Callable[..., Any]) -> Callable[..., Any]:
    """Open every log of clients without its records; its offsets go on."""

    def wrong(self: Any, directory: Any, name: TopicPartition, known: Any) -> Any:
        log = open_log(self, directory, name, known)
        if not name.topic.startswith("__") and log.end_offset:
            log.restart_at(log.end_offset)
        return log

    return wrong


def shortened(open_log: Callable[..., Any]) -> Callable[..., Any]:
    """Open every log of clients without its last offset."""

    def wrong(self: Any, directory: Any, name: TopicPartition, known: Any) -> Any:
        log = open_log(self, directory, name, known)
        if not name.topic.startswith("__") and log.end_offset:
            log.restart_at(log.end_offset - 1)
            self.high_watermarks[name] = log.end_offset
        return log

    return wrong


def newer_alone(check: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
    """Refuse only an epoch that is newer than the leader's."""
    return lambda self, epoch: check(self, max(epoch, self.leader.epoch))


def at_the_end(_: Any) -> Callable[..., EpochEnd]:
    """End every epoch where the log ends."""
    return lambda log, epoch: EpochEnd(epoch, log.end_offset)


def without_settings(written: Callable[[Any], list[Any]]) -> Callable[..., Any]:
    """Write topics down without their settings."""

    def wrong(operation: Any) -> list[Any]:
        entry = written(operation)
        kind, path, *_ = entry
        if kind in {"create", "set"} and path.startswith(f"{TOPIC_CONFIGS}/"):
            entry[2] = write_config({}).decode()
        return entry

    return wrong


def left_behind(_: Any) -> Callable[..., None]:
    """Take a log out of use, and leave its folder where it is."""

    def wrong(self: Any, name: TopicPartition) -> None:
        self.logs.pop(name)

    return wrong


def without_starts(
    read: Callable[..., Mapping[TopicPartition, int]],
) -> Callable[..., Mapping[TopicPartition, int]]:
    """Read no log start offsets."""

    def wrong(self: Any, name: str) -> Mapping[TopicPartition, int]:
        return {} if name == LOG_START_OFFSETS else read(self, name)

    return wrong


def without_aborted(tidy: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Remove what says which transactions were aborted."""

    def wrong(self: Any, names: list[str]) -> list[str]:
        found = tidy(self, names)
        for name in found:
            if name.endswith(TXN_INDEX):
                self._directory.disk.remove(f"{self._path}/{name}")
        return [it for it in found if not it.endswith(TXN_INDEX)]

    return wrong


def counted_anew(_: Any) -> Callable[..., Any]:
    """Give producer ids from 0 on, in every process."""
    number = count()

    async def wrong(_: Any) -> int:
        return next(number)

    return wrong


MINIATURES = (
    Miniature(
        "forgets-records",
        "has lost its records after a restart",
        ("restart.records", "histories.restart"),
        swapped(f"{MANAGER}._open_log", emptied),
    ),
    Miniature(
        "reuses-offsets",
        "gives an offset that it had given before a restart",
        ("restart.offsets", "histories.restart"),
        swapped(f"{MANAGER}._open_log", shortened),
    ),
    Miniature(
        "fences-no-earlier-epoch",
        "answers clients that name a leader epoch of before the restart",
        ("restart.epochs.fenced",),
        swapped(f"{PARTITION}.check_epoch", newer_alone),
    ),
    Miniature(
        "ends-epochs-with-the-log",
        "tells of any epoch that it ends where the log does",
        ("restart.epochs.end",),
        swapped("logion.log.log:Log.end_of_epoch", at_the_end),
    ),
    Miniature(
        "forgets-settings",
        "has lost the settings of topics after a restart",
        ("restart.topics",),
        swapped("logion.coordination.journal:_written", without_settings),
    ),
    Miniature(
        "brings-topics-back",
        "has deleted topics again after a restart",
        ("restart.topics.deleted",),
        swapped(f"{MANAGER}.delete", left_behind),
    ),
    Miniature(
        "brings-records-back",
        "has deleted records again after a restart",
        ("restart.log-start",),
        swapped("logion.log.directory:LogDirectory.offsets", without_starts),
    ),
    Miniature(
        "forgets-commits",
        "has lost committed offsets after a restart",
        ("restart.committed",),
        swapped("logion.group.replay:Replay._take_offset", instead(None)),
    ),
    Miniature(
        "forgets-members",
        "has lost the members of groups after a restart",
        ("restart.groups.members",),
        swapped("logion.group.replay:Replay._take_group", instead(None)),
    ),
    Miniature(
        "waits-for-members-for-ever",
        "never removes a member that does not come back after a restart",
        ("restart.groups.silent-member",),
        swapped("logion.group.coordinator:GroupCoordinator._on_loaded", instead(None)),
    ),
    Miniature(
        "forgets-sequences",
        "does not know after a restart which batches it has appended",
        ("restart.idempotence",),
        swapped(f"{LOADING}._snapshot", instead((None, {}))),
    ),
    Miniature(
        "counts-producers-anew",
        "gives a producer id again after a restart",
        ("restart.producer-ids",),
        swapped("logion.cluster.metadata:Cluster.next_producer_id", counted_anew),
    ),
    Miniature(
        "forgets-open-transactions",
        "reads on behind a transaction that was open at a restart",
        ("restart.transactions.open",),
        swapped("logion.log.producers:open_transactions", instead({})),
    ),
    Miniature(
        "forgets-what-was-aborted",
        "does not know after a restart which transactions were aborted",
        ("restart.transactions.ended",),
        swapped(f"{LOADING}._tidy", without_aborted),
    ),
    Miniature(
        "forgets-producers",
        "does not know after a restart who has a transactional id",
        ("restart.transactions.fenced",),
        swapped("logion.transaction.replay:Replay._take_record", instead(None)),
    ),
)
