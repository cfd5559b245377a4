"""What a client hears when the cluster's own store cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from logion.protocol.errors import ApiError, Error


@contextmanager
def storing() -> Iterator[None]:
    """Turn a failed write of the store into ApiError KAFKA_STORAGE_ERROR.

    What was asked for may have happened or not; the client has to look.
    """
    try:
        yield
    except OSError as problem:
        text = f"the change could not be stored: {problem}"
        raise ApiError(Error.KAFKA_STORAGE_ERROR, text) from problem
