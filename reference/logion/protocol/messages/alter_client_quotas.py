"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    FLOAT64,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@struct
class EntityData:
    """TODO."""

    entity_type: str = wire(STRING)
    """TODO."""
    entity_name: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class OpData:
    """TODO."""

    key: str = wire(STRING)
    """TODO."""
    value: float = wire(FLOAT64)
    """TODO."""
    remove: bool = wire(BOOL)
    """TODO."""


@struct
class AlterClientQuotasRequestEntryData:
    """TODO."""

    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """TODO."""
    ops: tuple[OpData, ...] = wire(array(OpData))
    """TODO."""


@request(api=49, versions="0-1", flexible="1+")
class AlterClientQuotasRequest:
    """TODO."""

    entries: tuple[AlterClientQuotasRequestEntryData, ...] = wire(
        array(AlterClientQuotasRequestEntryData)
    )
    """TODO."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class AlterClientQuotasResponseEntryData:
    """TODO."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """TODO."""


@response(api=49, versions="0-1", flexible="1+")
class AlterClientQuotasResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    entries: tuple[AlterClientQuotasResponseEntryData, ...] = wire(
        array(AlterClientQuotasResponseEntryData)
    )
    """TODO."""
