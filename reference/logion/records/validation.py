"""What a client wants to append: judged, and made ready for the log.

The broker's path decodes nothing: one batch of the log's own format and codec is
checked by its header and its checksum, then stamped in place. Records are decoded
only where the header cannot answer: topics that need keys, a limit on old timestamps,
another format or codec, and whatever must be refused record by record.

A set keeps its bytes (but for offsets, epoch, timestamp) if format and codec stay
and, when it is compressed, its offsets are 0, 1, 2, ... and its magic is not 0.
Otherwise the leader writes it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from logion.names import Buffer
from logion.protocol.errors import ApiError, Error
from logion.protocol.releases import Release
from logion.records.batch import (
    Batch,
    TimestampType,
    check_crc,
    parse_batches,
    scan_batches,
    stamp,
    stamp_time,
)
from logion.records.codec import Codec
from logion.records.limits import DECOMPRESSED_SIZE_MAX, invalid
from logion.records.record import BatchOptions, Record, read_batch, write_batch

NEVER = 2**63 - 1
"""The limit on timestamps that limits nothing, as Kafka writes it."""

NO_OFFSET = -1


class ProduceRules(NamedTuple):
    """What a log accepts, by its topic's settings and the broker's release."""

    magic: int = 2
    """Format of the log (`message.format.version`)."""
    codec: Codec | None = None
    """Codec of the log (`compression.type`); None: the producer's."""
    level: int | None = None
    """Compression level where the leader compresses; None: the codec's default."""
    timestamp_type: TimestampType = TimestampType.CREATE_TIME
    timestamp_before_max_ms: int = NEVER
    """How much older than now a CreateTime may be."""
    timestamp_after_max_ms: int = NEVER
    """How much newer than now a CreateTime may be."""
    message_size_max: int = 1024 * 1024 + 12
    """Bytes of the largest entry (`max.message.bytes`)."""
    is_compacted: bool = False
    """Records need keys (`cleanup.policy` has `compact`)."""
    decompressed_size_max: int = DECOMPRESSED_SIZE_MAX
    invalid_record: Error = Error.INVALID_RECORD
    """What broken rules are answered with: CORRUPT_MESSAGE before 2.4."""
    refuses_append_time: bool = False
    """No batch may claim LogAppendTime, in whatever topic: so until 3.5."""
    magic_max: int = 2
    """A newer entry has no checksum where the broker looks for it. Before 0.10.0 the
    magic was not looked at: that of v1 stands where that of v0 does."""
    is_single_wrapper: bool = True
    """A compressed set is one entry; older brokers pack several into one."""


class RecordError(NamedTuple):
    """Why one record was refused (KIP-467)."""

    batch_index: int
    """Its place in the set, from 0."""
    message: str


class InvalidRecords(ApiError):  # noqa: N818 - named for what it finds
    """A set that was refused because of single records."""

    def __init__(
        self, error: Error, message: str, found: Sequence[RecordError]
    ) -> None:
        """Carry what is wrong with which record, in order."""
        super().__init__(error, message)
        self.record_errors = tuple(found)


class UnfitForVersion(ApiError):  # noqa: N818 - named for what it finds
    """A set that no request of its version may bring, to whatever log."""


class Prepared(NamedTuple):
    """A set as the log stores it."""

    buffer: Buffer
    """The entries, one after the other."""
    batches: tuple[Batch, ...]
    base_offset: int
    """Offset of the first record; -1 if there is none."""
    last_offset: int
    log_append_time: int
    """In ms; -1 with CreateTime."""
    max_timestamp: int
    """In ms; -1 if the records have none."""
    offset_of_max_timestamp: int
    """Last offset of the entry with it: no record up to there is newer."""


class _Place(NamedTuple):
    """Where and when a set is appended."""

    base_offset: int
    leader_epoch: int
    now_ms: int


def rules_of_release(rules: ProduceRules, release: Release) -> ProduceRules:
    """Return the rules as brokers of `release` apply them."""
    number = release.number
    return rules._replace(
        invalid_record=(
            Error.CORRUPT_MESSAGE if number < (2, 4) else Error.INVALID_RECORD
        ),
        refuses_append_time=number < (3, 6),
        magic_max=max(1, release.message_format),
        is_single_wrapper=number >= (2, 4),
    )


def validate_produced(
    buffer: Buffer,
    rules: ProduceRules,
    *,
    produce_version: int,
    now_ms: int,
    base_offset: int,
    leader_epoch: int,
) -> Prepared:
    """Return the client's set with its place in the log, patching `buffer` if it can.

    A read-only buffer is copied first; a cut entry at its end is left out, as Kafka
    does. Raises ApiError: CORRUPT_MESSAGE, INVALID_RECORD and INVALID_TIMESTAMP (as
    InvalidRecords where single records are to blame), MESSAGE_TOO_LARGE,
    UNSUPPORTED_COMPRESSION_TYPE, UNSUPPORTED_FOR_MESSAGE_FORMAT, and
    UNKNOWN_SERVER_ERROR for headers in a log whose format has none.
    """
    place = _Place(base_offset, leader_epoch, now_ms)
    try:
        return _prepared(buffer, rules, produce_version, place)
    except ApiError as refusal:
        if refusal.error is not Error.INVALID_RECORD:
            raise
        refusal.error = rules.invalid_record
        raise


def _prepared(
    buffer: Buffer, rules: ProduceRules, produce_version: int, place: _Place
) -> Prepared:
    view = memoryview(buffer)
    if view.readonly:
        view = memoryview(bytearray(view))
    scan = scan_batches(view)
    if scan.problem is not None and not scan.problem.missing:
        if produce_version >= 3:
            raise UnfitForVersion(scan.problem.error, scan.problem.message)
        raise scan.problem
    batches, view = scan.batches, view[: scan.end]
    _check_request(batches, produce_version)
    if not batches:
        return Prepared(view, (), NO_OFFSET, NO_OFFSET, -1, -1, NO_OFFSET)
    for batch in batches:
        _check_entry(view, batch, rules)
    source = _source_codec(batches)
    target = source if rules.codec is None else rules.codec
    _check_single(batches, source, rules)
    if _is_header_enough(batches, target, rules, place.now_ms):
        return _stamped(view, batches, rules, place)
    return _decoded(view, batches, rules._replace(codec=target), place)


def _check_request(batches: Sequence[Batch], produce_version: int) -> None:
    """Since version 3 a request brings exactly one batch of magic 2 per partition."""
    if produce_version < 3:
        return
    if len(batches) != 1:
        text = f"{len(batches)} entries; one whole batch was expected"
        raise UnfitForVersion(Error.INVALID_RECORD, text)
    if batches[0].magic != 2:
        text = f"magic {batches[0].magic}; Produce {produce_version} brings magic 2"
        raise UnfitForVersion(Error.INVALID_RECORD, text)
    if batches[0].codec is Codec.ZSTD and produce_version < 7:
        text = f"zstd in Produce {produce_version}; it needs 7"
        raise UnfitForVersion(Error.UNSUPPORTED_COMPRESSION_TYPE, text)


def _check_entry(view: memoryview, batch: Batch, rules: ProduceRules) -> None:
    """Raise the ApiError that the entry's header or checksum asks for."""
    if batch.magic == 2 and batch.base_offset != 0:
        raise invalid(f"base offset {batch.base_offset}; producers send 0")
    if batch.magic > rules.magic_max:
        text = f"magic {batch.magic}; the broker knows up to {rules.magic_max}"
        raise ApiError(Error.CORRUPT_MESSAGE, text)
    if batch.size > rules.message_size_max:
        text = f"an entry of {batch.size} bytes; limit {rules.message_size_max}"
        raise ApiError(Error.MESSAGE_TOO_LARGE, text)
    check_crc(view, batch)
    if batch.magic == 2:
        _check_batch(batch, rules)


def _check_batch(batch: Batch, rules: ProduceRules) -> None:
    spanned = batch.last_offset - batch.base_offset + 1
    if batch.count is None or batch.count <= 0 or batch.count != spanned:
        raise invalid(f"{batch.count} records claimed, {spanned} offsets spanned")
    if batch.is_control:
        raise invalid("a control batch; only brokers write those")
    if batch.has_producer_id and batch.base_sequence < 0:
        raise invalid(f"sequence {batch.base_sequence} with a producer id")
    if rules.magic < 2 and (batch.is_transactional or batch.has_producer_id):
        text = f"an idempotent batch for a log of magic {rules.magic}; it needs 2"
        raise ApiError(Error.UNSUPPORTED_FOR_MESSAGE_FORMAT, text)


def _source_codec(batches: Sequence[Batch]) -> Codec:
    """Return the last codec used: a mixed set of old messages is packed by that."""
    used = [batch.codec for batch in batches if batch.is_compressed]
    return used[-1] if used else Codec.NONE


def _check_single(batches: Sequence[Batch], source: Codec, rules: ProduceRules) -> None:
    if len(batches) == 1:
        return
    if batches[0].magic == 2 or (source and rules.is_single_wrapper):
        raise invalid(f"{len(batches)} entries; one was expected")
    magics = sorted({batch.magic for batch in batches})
    if len(magics) > 1:
        raise invalid(f"entries of magic {magics} in one set; one was expected")


def _is_header_enough(
    batches: Sequence[Batch], target: Codec, rules: ProduceRules, now_ms: int
) -> bool:
    """Whether the set can be appended without a look at its records."""
    batch = batches[0]
    return (
        batch.magic == rules.magic == 2
        and batch.codec is target
        and not rules.is_compacted
        and batch.timestamp_type is TimestampType.CREATE_TIME
        and (
            rules.timestamp_type is TimestampType.LOG_APPEND_TIME
            or (
                rules.timestamp_before_max_ms >= NEVER
                and batch.max_timestamp - now_ms <= rules.timestamp_after_max_ms
            )
        )
    )


def _stamped(
    view: memoryview, batches: Sequence[Batch], rules: ProduceRules, place: _Place
) -> Prepared:
    """Place entries that each take one offset, or are one batch of magic 2."""
    append_time = _append_time(rules, place)
    offset, placed = place.base_offset, []
    for batch in batches:
        entry = stamp(
            view,
            batch,
            base_offset=offset,
            leader_epoch=place.leader_epoch,
            append_time=append_time,
        )
        placed.append(entry)
        offset = entry.last_offset + 1
    return _result(view, placed, rules, place)


def _decoded(
    view: memoryview, batches: Sequence[Batch], rules: ProduceRules, place: _Place
) -> Prepared:
    """Check every record; then stamp the entries, or write them anew."""
    records: list[Record] = []
    for batch in batches:
        found = _read(view, batch, rules)
        _check_records(found, batch, rules, place.now_ms)
        records += found
    if not _stays(batches, records, rules):
        return _rewritten(records, batches[0], rules, place)
    if batches[0].is_compressed or batches[0].magic == 2:
        return _restamped(view, batches[0], records, rules, place)
    if rules.timestamp_type is TimestampType.CREATE_TIME:
        batches = [_as_create_time(view, b, b.max_timestamp) for b in batches]
    return _stamped(view, batches, rules, place)


def _read(view: memoryview, batch: Batch, rules: ProduceRules) -> list[Record]:
    if batch.magic == 2:
        return read_batch(view, batch, size_max=rules.decompressed_size_max)
    from logion.records import legacy

    return legacy.read_message(
        view, batch, size_max=rules.decompressed_size_max, checks_inner=True
    )


def _check_records(
    records: Sequence[Record], batch: Batch, rules: ProduceRules, now_ms: int
) -> None:
    """Raise InvalidRecords for records without a needed key or a possible time."""
    keyless: list[RecordError] = []
    untimely: list[RecordError] = []
    for index, record in enumerate(records):
        if rules.is_compacted and record.key is None:
            text = "no key, in a compacted topic"
            keyless.append(RecordError(index, text))
        elif text := _timestamp_problem(record.timestamp, batch, rules, now_ms):
            untimely.append(RecordError(index, text))
    if untimely or keyless:
        error = Error.INVALID_TIMESTAMP if untimely else Error.INVALID_RECORD
        found = sorted(keyless + untimely)
        text = f"{len(found)} of {len(records)} records refused; {found[0].message}"
        raise InvalidRecords(error, text, found)


def _timestamp_problem(
    timestamp: int, batch: Batch, rules: ProduceRules, now_ms: int
) -> str:
    """Return what is wrong with a record's timestamp; nothing if it will do."""
    claims_append = batch.timestamp_type is TimestampType.LOG_APPEND_TIME
    is_create_time = rules.timestamp_type is TimestampType.CREATE_TIME
    if is_create_time and timestamp != -1:
        early, late = now_ms - timestamp, timestamp - now_ms
        if early > rules.timestamp_before_max_ms:
            return f"{early} ms old; limit {rules.timestamp_before_max_ms}"
        if late > rules.timestamp_after_max_ms:
            return f"{late} ms ahead; limit {rules.timestamp_after_max_ms}"
        if not rules.refuses_append_time:
            return ""
    return "LogAppendTime from a producer; brokers set that" if claims_append else ""


def _stays(
    batches: Sequence[Batch], records: Sequence[Record], rules: ProduceRules
) -> bool:
    """Whether the entries can be stored as they are, but for their headers."""
    batch, is_one = batches[0], len(batches) == 1
    if batch.magic != rules.magic:
        return False
    if not any(entry.is_compressed for entry in batches):
        return rules.codec is Codec.NONE
    is_consecutive = all(record.offset == i for i, record in enumerate(records))
    return is_one and batch.codec is rules.codec and batch.magic > 0 and is_consecutive


def _restamped(
    view: memoryview,
    batch: Batch,
    records: Sequence[Record],
    rules: ProduceRules,
    place: _Place,
) -> Prepared:
    """Place one entry whose records are known: its newest timestamp is made true."""
    if rules.timestamp_type is TimestampType.CREATE_TIME:
        newest = max(record.timestamp for record in records)
        batch = _as_create_time(view, batch, newest)
    is_wrapper = batch.magic < 2
    base_offset = place.base_offset + (len(records) - 1 if is_wrapper else 0)
    entry = stamp(
        view,
        batch,
        base_offset=base_offset,
        leader_epoch=place.leader_epoch,
        append_time=_append_time(rules, place),
    )
    return _result(view, (entry,), rules, place)


def _as_create_time(view: memoryview, batch: Batch, newest: int) -> Batch:
    return stamp_time(view, batch, TimestampType.CREATE_TIME, newest)


def _rewritten(
    records: Sequence[Record], first: Batch, rules: ProduceRules, place: _Place
) -> Prepared:
    """Write the records in the log's own format and codec."""
    if rules.magic < 2 and any(record.headers for record in records):
        text = f"records with headers for a log of magic {rules.magic}; it has none"
        raise ApiError(Error.UNKNOWN_SERVER_ERROR, text)
    options = BatchOptions(
        magic=rules.magic,
        codec=rules.codec or Codec.NONE,
        level=rules.level,
        leader_epoch=place.leader_epoch,
        log_append_time=_append_time(rules, place),
        producer_id=first.producer_id,
        producer_epoch=first.producer_epoch,
        base_sequence=first.base_sequence,
        is_transactional=first.is_transactional,
    )
    placed = [
        record._replace(offset=offset)
        for offset, record in enumerate(records, place.base_offset)
    ]
    buffer = write_batch(placed, options)
    batches = parse_batches(buffer)
    for batch in batches:
        if batch.size > rules.message_size_max:
            text = f"an entry of {batch.size} bytes as the log stores it; limit "
            text += str(rules.message_size_max)
            raise ApiError(Error.MESSAGE_TOO_LARGE, text)
    return _result(buffer, batches, rules, place)


def _append_time(rules: ProduceRules, place: _Place) -> int | None:
    is_create_time = rules.timestamp_type is TimestampType.CREATE_TIME
    return None if is_create_time else place.now_ms


def _result(
    buffer: Buffer, batches: Sequence[Batch], rules: ProduceRules, place: _Place
) -> Prepared:
    newest = max(batches, key=_max_timestamp)
    append_time = _append_time(rules, place)
    return Prepared(
        buffer=buffer,
        batches=tuple(batches),
        base_offset=place.base_offset,
        last_offset=batches[-1].last_offset,
        log_append_time=-1 if append_time is None else append_time,
        max_timestamp=newest.max_timestamp,
        offset_of_max_timestamp=newest.last_offset,
    )


def _max_timestamp(batch: Batch) -> int:
    return batch.max_timestamp
