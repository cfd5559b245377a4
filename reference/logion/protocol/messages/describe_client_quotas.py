"""DescribeClientQuotas (API 48): quotas of users, clients and addresses (KIP-546).

v0   2.6     the first form
v1   2.8     flexible
"""

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
    """A filter on one part of an entity."""

    entity_type: str = wire(STRING)
    """Kind of the part: `user`, `client-id` or `ip`."""
    match_type: int = wire(INT8)
    """0 exactly `match`; 1 the default entity; 2 any that is named or the default."""
    match: str | None = wire(STRING, nullable="0+")
    """The name to match; null unless it is to match exactly."""


@request(api=48, versions="0-1", flexible="1+")
class DescribeClientQuotasRequest:
    """List the quotas that match."""

    components: tuple[ComponentData, ...] = wire(array(ComponentData))
    """What an entity must be made of."""
    strict: bool = wire(BOOL)
    """Whether an entity with further parts does not match."""


@struct
class EntityData:
    """A part of an entity."""

    entity_type: str = wire(STRING)
    """Kind of the part: `user`, `client-id` or `ip`."""
    entity_name: str | None = wire(STRING, nullable="0+")
    """Its name; null: the default for all that have no quota of their own."""


@struct
class ValueData:
    """One quota."""

    key: str = wire(STRING)
    """Which quota: `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`,
    `controller_mutation_rate`, `connection_creation_rate`.
    """
    value: float = wire(FLOAT64)
    """The limit, in the unit of its key."""


@struct
class EntryData:
    """Quotas of one entity."""

    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """The parts of the entity."""
    values: tuple[ValueData, ...] = wire(array(ValueData))
    """Its quotas."""


@response(api=48, versions="0-1", flexible="1+")
class DescribeClientQuotasResponse:
    """The quotas."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    entries: tuple[EntryData, ...] | None = wire(array(EntryData), nullable="0+")
    """The quotas, by entity; null with an error."""
