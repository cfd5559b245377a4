"""TODO."""

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


@request(api=70, versions="0", flexible="0+")
class ControllerRegistrationRequest:
    """TODO."""

    controller_id: int = wire(INT32)
    """TODO."""
    incarnation_id: Uuid = wire(UUID)
    """TODO."""
    zk_migration_ready: bool = wire(BOOL)
    """TODO."""
    listeners: tuple[Listener, ...] = wire(array(Listener))
    """TODO."""
    features: tuple[Feature, ...] = wire(array(Feature))
    """TODO."""


@response(api=70, versions="0", flexible="0+")
class ControllerRegistrationResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
