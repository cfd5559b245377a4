"""AlterClientQuotas (API 49): set or remove quotas (KIP-546).

v0   2.6     the first form
v1   2.8     flexible
"""

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
    """A part of an entity."""

    entity_type: str = wire(STRING)
    """Kind of the part: `user`, `client-id` or `ip`."""
    entity_name: str | None = wire(STRING, nullable="0+")
    """Its name; null: the default for all that have no quota of their own."""


@struct
class OpData:
    """A change of one quota."""

    key: str = wire(STRING)
    """Which quota, such as `producer_byte_rate`."""
    value: float = wire(FLOAT64)
    """The limit, in the unit of its key; ignored if it is removed."""
    remove: bool = wire(BOOL)
    """Whether to remove the quota."""


@struct
class AlterClientQuotasRequestEntryData:
    """Changes for one entity."""

    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """The parts of the entity."""
    ops: tuple[OpData, ...] = wire(array(OpData))
    """The changes."""


@request(api=49, versions="0-1", flexible="1+")
class AlterClientQuotasRequest:
    """Change these quotas."""

    entries: tuple[AlterClientQuotasRequestEntryData, ...] = wire(
        array(AlterClientQuotasRequestEntryData)
    )
    """The changes, by entity."""
    validate_only: bool = wire(BOOL)
    """Whether to check the request and change nothing."""


@struct
class AlterClientQuotasResponseEntryData:
    """Result for one entity."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    entity: tuple[EntityData, ...] = wire(array(EntityData))
    """The parts of the entity."""


@response(api=49, versions="0-1", flexible="1+")
class AlterClientQuotasResponse:
    """Which quotas were changed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    entries: tuple[AlterClientQuotasResponseEntryData, ...] = wire(
        array(AlterClientQuotasResponseEntryData)
    )
    """The results, by entity."""
