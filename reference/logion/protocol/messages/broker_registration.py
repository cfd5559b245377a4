"""TODO."""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
    INT16,
    INT32,
    INT64,
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
    security_protocol: int = wire(INT16)
    """TODO."""


@struct
class Feature:
    """TODO."""

    name: str = wire(STRING)
    """TODO."""
    min_supported_version: int = wire(INT16)
    """TODO."""
    max_supported_version: int = wire(INT16)
    """TODO."""


@request(api=62, versions="0-4", flexible="0+")
class BrokerRegistrationRequest:
    """TODO."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    cluster_id: str = wire(STRING)
    """Id of the cluster the sender believes in; null: do not compare."""
    incarnation_id: Uuid = wire(UUID)
    """TODO."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """TODO."""
    features: tuple[Feature, ...] = wire(array(Feature))
    """TODO."""
    rack: str | None = wire(STRING, nullable="0+")
    """The broker's `broker.rack`; null if it has none."""
    is_migrating_zk_broker: bool = wire(BOOL, "1+", default=False)
    """TODO."""
    log_dirs: tuple[Uuid, ...] = wire(array(UUID), "2+", default=(), ignorable=True)
    """TODO."""
    previous_broker_epoch: int = wire(INT64, "3+", default=-1, ignorable=True)
    """TODO."""


@response(api=62, versions="0-4", flexible="0+")
class BrokerRegistrationResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""
