"""The values of control records: not data, but facts about the log that hold it.

The key of a control record is an int16 version, 0, and an int16 type: 0 abort marker,
1 commit marker, 2 LeaderChangeMessage, 3 SnapshotHeaderRecord, 4 SnapshotFooterRecord,
5 KRaftVersionRecord, 6 VotersRecord. The value begins with its own int16 version,
which in the KRaft records is also a field.
"""

from __future__ import annotations

from logion.names import ZERO_UUID, Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    INT64,
    STRING,
    UINT16,
    UUID,
    array,
    message,
    struct,
    wire,
)


@message(versions="0")
class EndTxnMarker:
    """A transaction ends here (KIP-98); the key's type says how."""

    coordinator_epoch: int = wire(INT32)
    """Epoch of the coordinator that wrote it: an older one is fenced."""


@struct
class LeaderChangeMessageVoter:
    """A voter of the quorum."""

    voter_id: int = wire(INT32)
    """Number of the node, `node.id`."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID)
    """Log directory that holds its log."""


@message(versions="0-1", flexible="0+")
class LeaderChangeMessage:
    """A KRaft leader's first record in its epoch (KIP-595)."""

    version: int = wire(INT16)
    """Version of this message."""
    leader_id: int = wire(INT32)
    """Node that leads."""
    voters: tuple[LeaderChangeMessageVoter, ...] = wire(array(LeaderChangeMessageVoter))
    """The voters of the quorum."""
    granting_voters: tuple[LeaderChangeMessageVoter, ...] = wire(
        array(LeaderChangeMessageVoter)
    )
    """Those of them that voted for it."""


@message(versions="0", flexible="0+")
class SnapshotHeaderRecord:
    """First record of a snapshot (KIP-630)."""

    version: int = wire(INT16)
    """Version of this message."""
    last_contained_log_timestamp: int = wire(INT64)
    """Append time of the last record it covers, in ms since 1970."""


@message(versions="0", flexible="0+")
class SnapshotFooterRecord:
    """Last record of a snapshot: it is complete (KIP-630)."""

    version: int = wire(INT16)
    """Version of this message."""


@message(versions="0", flexible="0+")
class KRaftVersionRecord:
    """From here on the quorum runs at this level (KIP-853)."""

    version: int = wire(INT16)
    """Version of this message."""
    kraft_version: int = wire(INT16, name="kRaftVersion")
    """Level of `kraft.version`."""


@struct
class Endpoint:
    """A listener of a voter."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class KRaftVersionFeature:
    """Levels of the feature `kraft.version`."""

    min_supported_version: int = wire(INT16)
    """Lowest level."""
    max_supported_version: int = wire(INT16)
    """Highest level."""


@struct
class VotersRecordVoter:
    """A voter of the quorum."""

    voter_id: int = wire(INT32)
    """Number of the node, `node.id`."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds its log."""
    endpoints: tuple[Endpoint, ...] = wire(array(Endpoint))
    """Where it listens for controllers."""
    kraft_version_feature: KRaftVersionFeature = wire(
        KRaftVersionFeature, name="kRaftVersionFeature"
    )
    """Levels of `kraft.version` it supports."""


@message(versions="0", flexible="0+")
class VotersRecord:
    """From here on these are the voters (KIP-853)."""

    version: int = wire(INT16)
    """Version of this message."""
    voters: tuple[VotersRecordVoter, ...] = wire(array(VotersRecordVoter))
    """The voters."""
