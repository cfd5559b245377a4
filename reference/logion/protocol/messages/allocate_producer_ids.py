"""AllocateProducerIds (API 67): a broker gets a block of producer ids (KIP-730).

v0   3.0     the only form so far
"""

from __future__ import annotations

from logion.protocol.schema import INT16, INT32, INT64, request, response, wire


@request(api=67, versions="0", flexible="0+")
class AllocateProducerIdsRequest:
    """This broker needs producer ids."""

    broker_id: int = wire(INT32)
    """Number of the broker, `broker.id` or `node.id`."""
    broker_epoch: int = wire(INT64, default=-1)
    """Number the broker got when it registered, new with every start; -1 if unknown."""


@response(api=67, versions="0", flexible="0+")
class AllocateProducerIdsResponse:
    """A block of ids for that broker alone."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    producer_id_start: int = wire(INT64)
    """First id of the block."""
    producer_id_len: int = wire(INT32)
    """Number of ids in it."""
