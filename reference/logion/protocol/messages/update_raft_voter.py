"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    INT16,
    INT32,
    STRING,
    UINT16,
    UUID,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class Listener:
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


@request(api=82, versions="0", flexible="0+")
class UpdateRaftVoterRequest:
    """TODO."""

    cluster_id: str | None = wire(STRING, nullable="0+")
    """Id of the cluster the sender believes in; null: do not compare."""
    current_leader_epoch: int = wire(INT32)
    """Leader epoch the client believes current; -1 if it does not check."""
    voter_id: int = wire(INT32)
    """TODO."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds the log of the voter (KIP-853)."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """TODO."""
    kraft_version_feature: KRaftVersionFeature = wire(
        KRaftVersionFeature, name="kRaftVersionFeature"
    )
    """TODO."""


@struct
class CurrentLeader:
    """TODO."""

    leader_id: int = wire(INT32, default=-1)
    """Broker that leads the partition; -1 if none does."""
    leader_epoch: int = wire(INT32, default=-1)
    """Number of the leader's term; it grows with every election."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""


@response(api=82, versions="0", flexible="0+")
class UpdateRaftVoterResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    current_leader: CurrentLeader = wire(
        CurrentLeader, tag=0, default=CurrentLeader(host="", port=0)
    )
    """TODO."""
