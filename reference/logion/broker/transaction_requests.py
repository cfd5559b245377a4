"""What the handlers of transactional requests share."""

from __future__ import annotations

from logion.broker.context import Context
from logion.protocol.errors import ApiError, Error


def told_of(failure: ApiError, context: Context, version_with_fenced: int) -> Error:
    """Return the error that a client is told.

    Until `version_with_fenced` it does not know PRODUCER_FENCED (KIP-588).
    """
    knows = context.version >= version_with_fenced
    is_fenced = failure.error is Error.PRODUCER_FENCED
    return Error.INVALID_PRODUCER_EPOCH if is_fenced and not knows else failure.error
