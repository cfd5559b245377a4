"""BrokerRegistration (API 62): a broker reports to the KRaft controller (KIP-631).

v0   2.8     the first form
v1   3.4     a ZooKeeper broker in migration (KIP-866)
v2   3.7     ids of the log directories (KIP-858)
v3   3.7     the epoch it had before, if it stopped cleanly (KIP-966)
v4   3.9     features whose lowest level is 0 (KAFKA-17011)
"""

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
    """A listener of the broker."""

    name: str = wire(STRING)
    """Name of the listener."""
    host: str = wire(STRING)
    """Name or address to connect to."""
    port: int = wire(UINT16)
    """TCP port to connect to."""
    security_protocol: int = wire(INT16)
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""


@struct
class Feature:
    """A feature the broker supports."""

    name: str = wire(STRING)
    """Name of the feature, such as `metadata.version`."""
    min_supported_version: int = wire(INT16)
    """Lowest level."""
    max_supported_version: int = wire(INT16)
    """Highest level."""


@request(api=62, versions="0-4", flexible="0+")
class BrokerRegistrationRequest:
    """This broker starts."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    cluster_id: str = wire(STRING)
    """Id of the cluster it belongs to."""
    incarnation_id: Uuid = wire(UUID)
    """New random id of this run of the broker."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """Where it listens."""
    features: tuple[Feature, ...] = wire(array(Feature))
    """Features it supports."""
    rack: str | None = wire(STRING, nullable="0+")
    """The broker's `broker.rack`; null if it has none."""
    is_migrating_zk_broker: bool = wire(BOOL, "1+", default=False)
    """Whether it runs on ZooKeeper and is being migrated."""
    log_dirs: tuple[Uuid, ...] = wire(array(UUID), "2+", default=(), ignorable=True)
    """Ids of its log directories."""
    previous_broker_epoch: int = wire(INT64, "3+", default=-1, ignorable=True)
    """Epoch it had when it last stopped cleanly; -1 if it did not."""


@response(api=62, versions="0-4", flexible="0+")
class BrokerRegistrationResponse:
    """The registration."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number of the registration; -1 with an error."""
