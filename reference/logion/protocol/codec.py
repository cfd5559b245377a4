"""Messages to bytes and back, in any of their versions.

Each version of a message has a reader and a writer, compiled from its declaration at
their first use (`reading`, `writing`) and kept. They are fast and say nothing when they
fail; then `explain` goes over the message again, slowly, to say which field it was.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NoReturn, TypeVar

from logion.names import Buffer
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.primitives import READ_FAILURES, WRITE_FAILURES, AbsentFieldError
from logion.protocol.schema import schema_of, versions_text

T = TypeVar("T")

Reader = Callable[[Buffer, int], tuple[T, int]]
"""Takes data and where to begin; returns the message and where it ended. It raises
one of `primitives.READ_FAILURES`, without a text, if the bytes are not the message."""

Writer = Callable[[T, list[Any], list[int]], None]
"""Takes a message; appends its pieces to the first list, and to the second the
positions there of RECORDS payloads. It raises one of `primitives.WRITE_FAILURES`."""


def _compiled_reader(cls: type, version: int) -> Reader[Any]:
    from logion.protocol.reading import reader_source

    if version not in schema_of(cls).versions:
        raise ProtocolError(_no_version(cls, version))
    title = f"reader of {cls.__name__} v{version}"
    read: Reader[Any] = reader_source(cls, version).compile("read", title)
    return read


def _compiled_writer(cls: type, version: int) -> Writer[Any]:
    from logion.protocol.writing import writer_source

    if version not in schema_of(cls).versions:
        raise ApiError(Error.UNSUPPORTED_VERSION, _no_version(cls, version))
    title = f"writer of {cls.__name__} v{version}"
    put: Writer[Any] = writer_source(cls, version).compile("write", title)
    return put


reader: Callable[[type, int], Reader[Any]] = cache(_compiled_reader)
"""Return the compiled reader of a message version; the same one every time.

ProtocolError if the message has no such version.
"""

writer: Callable[[type, int], Writer[Any]] = cache(_compiled_writer)
"""Return the compiled writer of a message version; the same one every time.

ApiError UNSUPPORTED_VERSION if the message has no such version.
"""


def decode(cls: type[T], version: int, data: Buffer, *, offset: int = 0) -> T:
    """Return the message that begins at `offset`; bytes after it do not matter.

    RECORDS are views into `data`, everything else is copied. Raises ProtocolError if
    the bytes are not such a message: the text names version, field path and offset.
    """
    return decode_from(cls, version, data, offset)[0]


def decode_exactly(cls: type[T], version: int, data: Buffer) -> T:
    """Return the message that `data` is; ProtocolError also if bytes are left over."""
    message, end = decode_from(cls, version, data, 0)
    if end != len(data):
        raise ProtocolError(
            f"{cls.__name__} v{version}: ends at byte {end}, expected the end of the "
            f"data, found {len(data) - end} more"
        )
    return message


def decode_from(cls: type[T], version: int, data: Buffer, offset: int) -> tuple[T, int]:
    """Return the message that begins at `offset`, and where it ends: see decode."""
    read: Reader[T] = reader(cls, version)
    try:
        return read(data, offset)
    except READ_FAILURES:
        _refuse(cls, version, data, offset)


def encode(message: object, version: int) -> bytes:
    """Return a message in one version as bytes.

    Raises ApiError UNSUPPORTED_VERSION if a field that the version lacks, and that
    must not be dropped, has another value than its default; ValueError if a field
    holds a value of the wrong kind.
    """
    out, payloads = write(message, version)
    for position in payloads:
        out[position] = _bytes_of(out[position])
    return b"".join(out)


def encode_pieces(message: object, version: int) -> list[Any]:
    """Return a message as pieces that follow one another: see encode.

    Each RECORDS payload is a piece of its own, the very object in the message;
    between them stand bytes.
    """
    out, payloads = write(message, version)
    return join_between(out, payloads)


def write(
    message: object, version: int, *, before: tuple[bytes, ...] = ()
) -> tuple[list[Any], list[int]]:
    """Return the small pieces of a message after the pieces `before`.

    The second list holds the positions of RECORDS payloads in the first.
    """
    put = writer(type(message), version)
    out: list[Any] = list(before)
    payloads: list[int] = []
    try:
        put(message, out, payloads)
    except AbsentFieldError as absent:
        name = type(message).__name__
        raise ApiError(
            Error.UNSUPPORTED_VERSION,
            f"{name} v{version} has no {absent}, which is not at its default",
        ) from None
    except WRITE_FAILURES as failure:
        _reject(message, version, failure)
    return out, payloads


def join_between(out: list[Any], payloads: list[int]) -> list[Any]:
    """Return the pieces with everything between two payloads joined to one."""
    if not payloads:
        return [b"".join(out)]
    joined: list[Any] = []
    start = 0
    for position in payloads:
        joined += (b"".join(out[start:position]), out[position])
        start = position + 1
    joined.append(b"".join(out[start:]))
    return [piece for piece in joined if len(piece)]


def _bytes_of(payload: Any) -> Any:
    """Return a payload's bytes, if it is not bytes itself but a slice of a file."""
    return payload.read() if hasattr(payload, "read") else payload


def _no_version(cls: type, version: int) -> str:
    known = versions_text(schema_of(cls).versions)
    return f"{cls.__name__} has versions {known}, found {version}"


def _refuse(cls: type, version: int, data: Buffer, offset: int) -> NoReturn:
    from logion.protocol.explain import explain_bytes

    raise ProtocolError(explain_bytes(cls, version, data, offset)) from None


def _reject(message: object, version: int, failure: Exception) -> NoReturn:
    from logion.protocol.explain import explain_value

    raise ValueError(explain_value(message, version, failure)) from failure
