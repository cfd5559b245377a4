"""ControllerRegistration (API 70): a KRaft controller makes itself known (KIP-919).

v0   3.7     the only form so far
"""

from __future__ import annotations

from logion.names import Uuid
from logion.protocol.schema import (
    BOOL,
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
    """A listener of the controller."""

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
    """A feature the controller supports."""

    name: str = wire(STRING)
    """Name of the feature, such as `metadata.version`."""
    min_supported_version: int = wire(INT16)
    """Lowest level."""
    max_supported_version: int = wire(INT16)
    """Highest level."""


@request(api=70, versions="0", flexible="0+")
class ControllerRegistrationRequest:
    """This controller starts."""

    controller_id: int = wire(INT32)
    """Number of the controller, `node.id`."""
    incarnation_id: Uuid = wire(UUID)
    """New random id of this run of the controller."""
    zk_migration_ready: bool = wire(BOOL)
    """Whether it could take part in a migration from ZooKeeper."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """Where it listens."""
    features: tuple[Feature, ...] = wire(array(Feature))
    """Features it supports."""


@response(api=70, versions="0", flexible="0+")
class ControllerRegistrationResponse:
    """Whether it was registered."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
