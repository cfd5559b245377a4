"""The quorum of controllers as clients see it on KRaft: this broker alone.

It cannot grow or shrink: `kraft.version` is 0, as in a cluster whose voters are given
by a setting.
"""

from __future__ import annotations

from logion.broker.state import BrokerState
from logion.names import ZERO_UUID, Uuid
from logion.protocol.errors import ApiError, Error

METADATA_TOPIC = "__cluster_metadata"
"""What the log of the quorum is called."""


def check_cluster(broker: BrokerState, cluster_id: str | None) -> None:
    """Raise ApiError INCONSISTENT_CLUSTER_ID unless this cluster is meant, or any."""
    own = broker.cluster.image.cluster_id
    if cluster_id not in {None, own}:
        text = f"this is cluster {own!r}, not {cluster_id!r}"
        raise ApiError(Error.INCONSISTENT_CLUSTER_ID, text)


def check_voter(voter_id: int, directory_id: Uuid) -> None:
    """Raise ApiError INVALID_REQUEST for what can be no voter."""
    if voter_id < 0 or directory_id == ZERO_UUID:
        text = f"voter {voter_id} with directory {directory_id!r} can be none"
        raise ApiError(Error.INVALID_REQUEST, text)


def fixed() -> ApiError:
    """Return the refusal of a change of the voters."""
    text = "the voters are fixed: kraft.version is 0"
    return ApiError(Error.UNSUPPORTED_VERSION, text)
