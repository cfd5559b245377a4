"""What tests of quotas share: requests that set them."""

from __future__ import annotations

from collections.abc import Sequence

from logion.protocol.messages.alter_client_quotas import (
    AlterClientQuotasRequest,
    AlterClientQuotasRequestEntryData,
    EntityData,
    OpData,
)

from tests.logion.broker.running import Running

Parts = Sequence[tuple[str, str | None]]


def alteration(
    parts: Parts, *edits: tuple[str, float | None]
) -> AlterClientQuotasRequestEntryData:
    """Return changes for one entity; None removes a quota."""
    return AlterClientQuotasRequestEntryData(
        entity=tuple(EntityData(entity_type=k, entity_name=n) for k, n in parts),
        ops=tuple(
            OpData(key=key, value=limit or 0.0, remove=limit is None)
            for key, limit in edits
        ),
    )


def alter_request(
    *entries: AlterClientQuotasRequestEntryData, validate_only: bool = False
) -> AlterClientQuotasRequest:
    """Return a request with these changes."""
    return AlterClientQuotasRequest(entries=entries, validate_only=validate_only)


async def limit_every_user(broker: Running, **limits: float) -> None:
    """Set quotas of all users who have none of their own."""
    path, values = "users/<default>", {k: str(v) for k, v in limits.items()}
    await broker.state.cluster.configure_entities({path: values})
