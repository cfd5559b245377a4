"""TODO."""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, INT64, STRING, request, response, wire


@request(api=25, versions="0-4", flexible="3+")
class AddOffsetsToTxnRequest:
    """TODO."""

    transactional_id: str = wire(STRING)
    """Name of the transactional producer, `transactional.id`."""
    producer_id: int = wire(INT64)
    """Number of the producer, given by InitProducerId."""
    producer_epoch: int = wire(INT16)
    """Term of the producer id: an older one is fenced."""
    group_id: str = wire(STRING)
    """Name of the group, `group.id`."""


@response(api=25, versions="0-4", flexible="3+")
class AddOffsetsToTxnResponse:
    """TODO."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
