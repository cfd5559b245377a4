"""TODO."""

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
    """TODO."""

    coordinator_epoch: int = wire(INT32)
    """TODO."""


@struct
class LeaderChangeMessageVoter:
    """TODO."""

    voter_id: int = wire(INT32)
    """TODO."""
    voter_directory_id: Uuid = wire(UUID, "1+", default=ZERO_UUID)
    """Log directory that holds the log of the voter (KIP-853)."""


@message(versions="0-1", flexible="0+")
class LeaderChangeMessage:
    """TODO."""

    version: int = wire(INT16)
    """TODO."""
    leader_id: int = wire(INT32)
    """Broker that leads the partition; -1 if none does."""
    voters: tuple[LeaderChangeMessageVoter, ...] = wire(array(LeaderChangeMessageVoter))
    """TODO."""
    granting_voters: tuple[LeaderChangeMessageVoter, ...] = wire(
        array(LeaderChangeMessageVoter)
    )
    """TODO."""


@message(versions="0", flexible="0+")
class SnapshotHeaderRecord:
    """TODO."""

    version: int = wire(INT16)
    """TODO."""
    last_contained_log_timestamp: int = wire(INT64)
    """TODO."""


@message(versions="0", flexible="0+")
class SnapshotFooterRecord:
    """TODO."""

    version: int = wire(INT16)
    """TODO."""


@message(versions="0", flexible="0+")
class KRaftVersionRecord:
    """TODO."""

    version: int = wire(INT16)
    """TODO."""
    kraft_version: int = wire(INT16, name="kRaftVersion")
    """TODO."""


@struct
class Endpoint:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""


@struct
class KRaftVersionFeature:
    """TODO."""

    min_supported_version: int = wire(INT16)
    """TODO."""
    max_supported_version: int = wire(INT16)
    """TODO."""


@struct
class VotersRecordVoter:
    """TODO."""

    voter_id: int = wire(INT32)
    """TODO."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds the log of the voter (KIP-853)."""
    endpoints: tuple[Endpoint, ...] = wire(array(Endpoint))
    """TODO."""
    kraft_version_feature: KRaftVersionFeature = wire(
        KRaftVersionFeature, name="kRaftVersionFeature"
    )
    """TODO."""


@message(versions="0", flexible="0+")
class VotersRecord:
    """TODO."""

    version: int = wire(INT16)
    """TODO."""
    voters: tuple[VotersRecordVoter, ...] = wire(array(VotersRecordVoter))
    """TODO."""
