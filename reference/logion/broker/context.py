"""What a handler knows of a request beyond its body."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """Where a request came from, and how its answer must look."""

    api_key: int
    version: int
    """Version of the API that the request and its answer are written in."""
    correlation_id: int
    client_id: str
    peer: str
    """Address of the client, `host:port`."""
    listener: str
    """Name of the listener it came in by: the addresses in an answer suit it."""


class CloseConnection(Exception):  # noqa: N818 - named for what it asks
    """The answer to a request is that the connection closes; the text says why."""
