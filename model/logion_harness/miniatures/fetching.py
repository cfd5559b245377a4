"""Fetching: which records a reader gets, how many, how long it waits; sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, TypeAlias

from logion.broker.context import Context
from logion.broker.dispatch import Handler
from logion.broker.fetch_sessions import FetchedPartition, FetchSession, FetchSessions
from logion.broker.handlers.fetch import Answered, Fetching
from logion.broker.state import BrokerState
from logion.names import Uuid
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import (
    AbortedTransaction,
    FetchRequest,
    FetchResponse,
    PartitionData,
)
from logion.protocol.schema import replace
from logion.records.batch import scan_batches
from logion.replica.partition import FetchBounds

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    answering,
    changed,
    handled,
    hears,
    instead,
    one_for_all,
    swapped,
    tells,
    unsaid,
)

Aborted: TypeAlias = tuple[AbortedTransaction, ...]
Bounds: TypeAlias = Callable[..., FetchBounds]
IsEnough: TypeAlias = Callable[[Fetching, Sequence[Answered]], bool]
Update: TypeAlias = Callable[..., None]
Resume: TypeAlias = Callable[..., FetchSession | Error]
Begin: TypeAlias = Callable[
    [BrokerState, Context, FetchRequest], FetchSession | Error | None
]

FETCH = "logion.broker.handlers.fetch"
SESSIONS = "logion.broker.fetch_sessions:FetchSessions"
PARTITION = "logion.replica.partition:Partition"

ANSWERS = ("responses", "partitions")
WANTED = "topics.partitions"

LARGE = 2**31 - 1

LEADER_EPOCH = 12
"""Where a batch has its leader's epoch, in bytes from its start."""


def stored(records: Any) -> bytes:
    """Return the bytes of an answer's records, wherever they are."""
    if records is None:
        return b""
    return bytes(records if isinstance(records, bytes) else records.read())


def empty_as_out_of_range(
    _: object, answer: FetchResponse, __: Context
) -> FetchResponse:
    """Take the end of a log for an offset that it does not have."""

    def told(data: PartitionData) -> PartitionData:
        is_end = data.error_code == Error.NONE and not len(data.records or b"")
        if not is_end or data.diverging_epoch.epoch >= 0:
            return data
        return replace(data, error_code=Error.OFFSET_OUT_OF_RANGE)

    return changed(answer, ANSWERS, lambda all_: tuple(map(told, all_)))


def without_first(_: object, answer: FetchResponse, __: Context) -> FetchResponse:
    """Leave the first batch out where there are others."""

    def told(records: Any) -> bytes:
        data = stored(records)
        batches = scan_batches(data).batches
        return data[batches[1].position :] if len(batches) > 1 else data

    return changed(answer, (*ANSWERS, "records"), told)


def from_the_next_batch(
    request: FetchRequest, answer: FetchResponse, _: Context
) -> FetchResponse:
    """Leave a batch out that begins before the offset asked for."""
    wanted = {
        it.partition: it.fetch_offset
        for topic in request.topics
        for it in topic.partitions
    }

    def told(data: PartitionData) -> PartitionData:
        records = stored(data.records)
        batches = scan_batches(records).batches
        offset = wanted.get(data.partition_index, 0)
        if batches and batches[0].base_offset < offset:
            records = records[batches[0].end :]
        return replace(data, records=records)

    return changed(answer, ANSWERS, lambda all_: tuple(map(told, all_)))


def ever_new(handle: Handler) -> Handler:
    """Number the answers in the epoch of their first batch."""
    number = count(1)

    def told(records: Any) -> bytes:
        data = bytearray(stored(records))
        if len(data) > LEADER_EPOCH + 4:
            data[LEADER_EPOCH : LEADER_EPOCH + 4] = next(number).to_bytes(4, "big")
        return bytes(data)

    async def wrong(
        broker: BrokerState, context: Context, request: FetchRequest
    ) -> FetchResponse:
        answer: FetchResponse = await handle(broker, context, request)
        return changed(answer, (*ANSWERS, "records"), told)

    return wrong


def all_aborted(_: object, answer: FetchResponse, __: Context) -> FetchResponse:
    """Tell readers of committed records of an aborted transaction that never was."""
    phantom = (AbortedTransaction(producer_id=1, first_offset=0),)

    def told(aborted: Aborted | None) -> Aborted | None:
        return aborted if aborted is None else phantom

    return changed(answer, (*ANSWERS, "aborted_transactions"), told)


def patiently(is_enough: IsEnough) -> IsEnough:
    """Wait for more whatever was met, errors included."""

    def wrong(self: Fetching, found: Sequence[Answered]) -> bool:
        if any(it.data.error_code for it in found):
            return False
        return is_enough(self, found)

    return wrong


def with_bounds(**wrong: bool) -> Callable[[type[FetchBounds]], Bounds]:
    """Read within other bounds than those that were asked for."""
    return lambda bounds: lambda **asked: bounds(**{**asked, **wrong})


def unconverted(_: object) -> Callable[..., bytes]:
    """Give records in the format that they are stored in."""
    return lambda data, *_: bytes(data)


def all_told(_: object) -> Callable[..., list[Answered]]:
    """Tell everything anew in every fetch of a session."""
    return lambda session, found, *, is_full: found  # noqa: ARG005


def unmoved(update: Update) -> Update:
    """Keep the offset that a session was begun with."""

    def wrong(
        self: FetchSession,
        wanted: Iterable[FetchedPartition],
        forgotten: Iterable[tuple[str, Uuid, int]] = (),
    ) -> None:
        new = [it for it in wanted if it.key not in self.partitions]
        update(self, new, forgotten)

    return wrong


def remembering(update: Update) -> Update:
    """Forget no partition of a session."""
    return lambda self, wanted, _=(): update(self, wanted)


def at_any_epoch(resume: Resume) -> Resume:
    """Go on with a session whatever its epoch should be."""

    def wrong(
        self: FetchSessions, session_id: int, epoch: int, **more: Any
    ) -> FetchSession | Error:
        known = self._sessions.get(session_id)
        return resume(self, session_id, known.epoch if known else epoch, **more)

    return wrong


def by_names_or_ids(resume: Resume) -> Resume:
    """Go on with a session whether topics have names or ids."""

    def wrong(
        self: FetchSessions, session_id: int, epoch: int, **more: Any
    ) -> FetchSession | Error:
        known = self._sessions.get(session_id)
        if known is not None:
            more["uses_topic_ids"] = known.uses_topic_ids
        return resume(self, session_id, epoch, **more)

    return wrong


def begun_unasked(begin: Begin) -> Begin:
    """Begin a session for readers that want none."""

    def wrong(
        broker: BrokerState, context: Context, request: FetchRequest
    ) -> FetchSession | Error | None:
        is_without = request.session_epoch == -1 and request.session_id == 0
        asked = replace(request, session_epoch=0) if is_without else request
        return begin(broker, context, asked)

    return wrong


MINIATURES = (
    Miniature(
        "loses-the-first-batch",
        "leaves the first of several batches out of an answer",
        ("fetch.from-offset",),
        answering("Fetch", without_first),
    ),
    Miniature(
        "the-end-is-out-of-range",
        "says that the end of a log is out of range while there is nothing yet",
        ("fetch.at-the-end",),
        answering("Fetch", empty_as_out_of_range),
    ),
    Miniature(
        "knows-no-range",
        "finds nothing, and no fault, at an offset that the log does not have",
        ("fetch.out-of-range",),
        unsaid("Fetch", Error.OFFSET_OUT_OF_RANGE),
    ),
    Miniature(
        "reads-unknown-topics",
        "has no error for a topic that is not there, just no records",
        ("fetch.topic.unknown",),
        unsaid("Fetch", Error.UNKNOWN_TOPIC_ID),
    ),
    Miniature(
        "one-partition-unreads-all",
        "refuses to read any partition if one of a fetch is not there",
        ("fetch.partition.unknown",),
        one_for_all("Fetch", *ANSWERS),
    ),
    Miniature(
        "sleeps-through-news",
        "lets a fetch that may wait do so to its end, whatever there is to read",
        ("fetch.long-poll.woken",),
        swapped(f"{FETCH}:Fetching.is_enough", instead(value=False)),
    ),
    Miniature(
        "never-waits",
        "answers a fetch at once though there is nothing to read",
        ("fetch.long-poll.ends",),
        hears("Fetch", "max_wait_ms", always(0)),
    ),
    Miniature(
        "any-byte-will-do",
        "answers a fetch as soon as there is anything, whatever `min_bytes` says",
        ("fetch.min-bytes",),
        hears("Fetch", "min_bytes", lambda size: min(size, 1)),
    ),
    Miniature(
        "waits-with-errors",
        "keeps an error back until a fetch has waited",
        ("fetch.errors.at-once",),
        swapped(f"{FETCH}:Fetching.is_enough", patiently),
    ),
    Miniature(
        "sends-no-large-batch",
        "sends nothing where the next batch is larger than the limits",
        ("fetch.max-bytes.at-least-one",),
        swapped(f"{FETCH}:FetchBounds", with_bounds(at_least_one=False)),
    ),
    Miniature(
        "ignores-partition-max-bytes",
        "sends more of a partition than was asked for",
        ("fetch.max-bytes.partition",),
        hears("Fetch", f"{WANTED}.partition_max_bytes", always(LARGE)),
    ),
    Miniature(
        "ignores-max-bytes",
        "sends more in all than was asked for",
        ("fetch.max-bytes.total",),
        hears("Fetch", "max_bytes", always(LARGE)),
    ),
    Miniature(
        "changes-its-mind",
        "answers the same fetch with other bytes each time",
        ("fetch.immutable",),
        handled("Fetch", ever_new),
    ),
    Miniature(
        "begins-behind-the-batch",
        "leaves a batch out in whose middle the offset is",
        ("fetch.compressed.whole",),
        answering("Fetch", from_the_next_batch),
    ),
    Miniature(
        "knows-no-stable-offset",
        "does not tell the last stable offset",
        ("fetch.watermarks",),
        tells("Fetch", "responses.partitions.last_stable_offset", always(-1)),
    ),
    Miniature(
        "aborts-what-never-was",
        "tells readers of committed records of transactions that never were",
        ("fetch.read-committed",),
        answering("Fetch", all_aborted),
    ),
    Miniature(
        "checks-no-leader-epoch",
        "serves clients that know of a newer leader than the broker does",
        ("fetch.leader-epoch.unknown", "offsets.leader-epoch", "epochs.fenced"),
        swapped(f"{PARTITION}.check_epoch", instead(None)),
    ),
    Miniature(
        "sees-no-divergence",
        "does not look whether a reader's log is still a part of the leader's",
        ("fetch.diverging-epoch",),
        swapped(f"{PARTITION}._divergence", instead(None)),
    ),
    Miniature(
        "converts-nothing",
        "sends old readers records in a format that they do not know",
        ("fetch.conversion",),
        swapped("logion.replica.reading:down_convert", unconverted),
        release="0.11.0",
    ),
    Miniature(
        "cuts-nothing",
        "sends old readers more bytes than they asked for",
        ("fetch.cut",),
        hears("Fetch", f"{WANTED}.partition_max_bytes", always(LARGE)),
        release="0.10.0",
    ),
    Miniature(
        "begins-sessions-unasked",
        "begins a session for readers that want none",
        ("sessions.none",),
        swapped(f"{FETCH}:_session", begun_unasked),
    ),
    Miniature(
        "sessions-tell-everything",
        "tells a session's partitions again that have nothing new",
        ("sessions.incremental",),
        swapped(f"{FETCH}:_news", all_told),
    ),
    Miniature(
        "sessions-stay-where-they-began",
        "goes on reading where a session began, whatever it was told since",
        ("sessions.offsets",),
        swapped("logion.broker.fetch_sessions:FetchSession.update", unmoved),
    ),
    Miniature(
        "sessions-at-any-epoch",
        "does not count the fetches of a session",
        ("sessions.epoch.wrong",),
        swapped(f"{SESSIONS}.resume", at_any_epoch),
    ),
    Miniature(
        "finds-unknown-sessions",
        "answers the fetch of a session that is not there as one without news",
        ("sessions.id.unknown",),
        unsaid("Fetch", Error.FETCH_SESSION_ID_NOT_FOUND),
    ),
    Miniature(
        "closes-no-session",
        "keeps a session that its reader has closed",
        ("sessions.closed",),
        swapped(f"{SESSIONS}.close", instead(None)),
    ),
    Miniature(
        "sessions-forget-nothing",
        "goes on telling of partitions that a session was to forget",
        ("sessions.forgotten",),
        swapped("logion.broker.fetch_sessions:FetchSession.update", remembering),
    ),
    Miniature(
        "sessions-mix-names-and-ids",
        "goes on with a session though topics have ids now that had names",
        ("sessions.ids-after-names",),
        swapped(f"{SESSIONS}.resume", by_names_or_ids),
    ),
)
