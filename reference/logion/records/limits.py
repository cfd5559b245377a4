"""How much compressed records may grow, and the errors of those that do not fit."""

from __future__ import annotations

from logion.protocol.errors import ApiError, Error

DECOMPRESSED_SIZE_MAX = 100 * 1024 * 1024
"""Bytes that one entry's records may take, decompressed, unless told otherwise.

As much as a whole request may bring uncompressed (`socket.request.max.bytes`).
"""


def too_large(codec: str, size_max: int) -> ApiError:
    """Return the error for records that decompress to more than `size_max` bytes."""
    text = f"{codec}: more than {size_max} bytes when decompressed"
    return ApiError(Error.MESSAGE_TOO_LARGE, text)


def corrupt(found: str) -> ApiError:
    """Return the error for bytes that are not what they claim to be."""
    return ApiError(Error.CORRUPT_MESSAGE, found)


def invalid(found: str) -> ApiError:
    """Return the error for well-formed records that break a rule of their format."""
    return ApiError(Error.INVALID_RECORD, found)
