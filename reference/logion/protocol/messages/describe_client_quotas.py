"""TODO."""

from __future__ import annotations

from logion.protocol.schema import (
    BOOL,
    FLOAT64,
    INT8,
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
class ComponentData:
    """TODO."""

    entity_type: str = wire(STRING)
    """TODO."""
    match_type: int = wire(INT8)
    """TODO."""
    match: str | None = wire(STRING, nullable="0+")
    """TODO."""


@request(api=48, versions="0-1", flexible="1+")
class DescribeClientQuotasRequest:
    """TODO."""

    components: tuple[ComponentData, ...] = wire(array(ComponentData))
    """TODO."""
    strict: bool = wire(BOOL)
    """TODO."""


@struct
class EntityData:
    """TODO."""

    entity_type: str = wire(STRING)
    """TODO."""
    entity_name: str | None = wire(STRING, nullable="0+")
    """TODO."""


@struct
class ValueData:
    """TODO."""

    key: str = wire(STRING)
    """TODO."""
    value: float = wire(FLOAT64)
    """TODO."""


@struct
class EntryData:
    """TODO."""

    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """TODO."""
    values: tuple[ValueData, ...] = wire(array(ValueData))
    """TODO."""


@response(api=48, versions="0-1", flexible="1+")
class DescribeClientQuotasResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    entries: tuple[EntryData, ...] | None = wire(array(EntryData), nullable="0+")
    """TODO."""
