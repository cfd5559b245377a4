"""UpdateRaftVoter (API 82): a voter reports its listeners and versions (KIP-853).

v0   3.9     the only form so far
"""

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
    """A listener of the voter."""

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


@request(api=82, versions="0", flexible="0+")
class UpdateRaftVoterRequest:
    """This voter has changed."""

    cluster_id: str | None = wire(STRING, nullable="0+")
    """Id of the cluster the sender believes in; null: do not compare."""
    current_leader_epoch: int = wire(INT32)
    """Leader epoch the voter believes current."""
    voter_id: int = wire(INT32)
    """Number of the node, `node.id`."""
    voter_directory_id: Uuid = wire(UUID)
    """Log directory that holds its log."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """Where it listens for controllers."""
    kraft_version_feature: KRaftVersionFeature = wire(
        KRaftVersionFeature, name="kRaftVersionFeature"
    )
    """Levels of `kraft.version` it supports."""


@struct
class CurrentLeader:
    """The leader a voter should turn to."""

    leader_id: int = wire(INT32, default=-1)
    """Node that leads; -1 if unknown."""
    leader_epoch: int = wire(INT32, default=-1)
    """Latest epoch known; -1 if none."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(INT32)
    """TCP port to connect to."""


@response(api=82, versions="0", flexible="0+")
class UpdateRaftVoterResponse:
    """Whether the change was taken."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    current_leader: CurrentLeader = wire(
        CurrentLeader, tag=0, default=CurrentLeader(host="", port=0)
    )
    """Who leads, if this node does not."""
