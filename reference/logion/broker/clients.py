"""Who is connected, and what each client asked for last: for whoever looks in.

A request costs two readings of the clock and one entry in a ring, about a microsecond.
Times are the clock's monotonic seconds; `logion.broker.inspection` gives them dates.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from logion.broker.context import Context
from logion.protocol.schema import Array, schema_of

RECENT_MAX = 10
"""Answered requests remembered of each connection."""

GONE_MAX = 50
"""Closed connections remembered."""


class Answered(NamedTuple):
    """A request that has been answered."""

    api_key: int
    version: int
    correlation_id: int
    began: float
    """When its header was read, monotonic seconds."""
    ended: float
    """When its answer was made."""
    errors: frozenset[int]
    """The codes in the answer, but for 0."""


class Client:
    """One connection, and what is remembered of it."""

    __slots__ = (
        "_recent",
        "began",
        "client_id",
        "connected",
        "in_progress",
        "listener",
        "peer",
        "requests",
        "software_name",
        "software_version",
    )

    def __init__(self, peer: str, listener: str, now: float) -> None:
        """Be connected since `now`, monotonic seconds; nothing is asked yet."""
        self.peer = peer
        self.listener = listener
        self.connected = now
        self.client_id = ""
        """As its last request says it."""
        self.software_name = ""
        """As it says of itself in ApiVersions 3 and later (KIP-511); else empty."""
        self.software_version = ""
        self.requests = 0
        """Answered so far."""
        self.in_progress: Context | None = None
        """The request that is being answered."""
        self.began = now
        """When that began, or the one before it."""
        self._recent: deque[Any] = deque(maxlen=RECENT_MAX * len(Answered._fields))
        """The fields of answered requests, one behind the other: a hundred thousand
        tuples of ten thousand clients would be a load for Python's collector."""

    @property
    def recent(self) -> tuple[Answered, ...]:
        """Return its last answered requests, oldest first."""
        fields = iter(self._recent)
        rows = zip(*[fields] * len(Answered._fields), strict=True)
        return tuple(map(Answered._make, rows))

    def introduce(self, software_name: str, software_version: str) -> None:
        """Note what the client says it is."""
        self.software_name = software_name
        self.software_version = software_version

    def begin(self, context: Context, now: float) -> None:
        """Note a request whose header was read."""
        self.client_id = context.client_id
        self.in_progress = context
        self.began = now

    def end(self, response: object, now: float) -> None:
        """Note the answer to the request in progress; None where there is none."""
        asked = self.in_progress
        assert asked is not None, "only what has begun can end"
        self.in_progress = None
        self.requests += 1
        number, errors = asked.correlation_id, errors_in(response)
        self._recent.extend(
            (asked.api_key, asked.version, number, self.began, now, errors)
        )


class Clients:
    """The connections of one broker."""

    def __init__(self) -> None:
        """Nobody is connected yet."""
        self._here: dict[Client, None] = {}
        self.gone: deque[tuple[Client, str]] = deque(maxlen=GONE_MAX)
        """Connections that are closed, and why; oldest first."""

    def __len__(self) -> int:
        """Return how many are connected."""
        return len(self._here)

    def __iter__(self) -> Iterator[Client]:
        """Return who is connected, in the order in which they came."""
        return iter(self._here)

    def enter(self, client: Client) -> None:
        """Count a connection among those that are open."""
        self._here[client] = None

    def leave(self, client: Client, why: str) -> None:
        """Remember a connection as closed."""
        del self._here[client]
        self.gone.append((client, why))


NO_ERRORS: frozenset[int] = frozenset()

_Plan: TypeAlias = "tuple[bool, tuple[tuple[str, _Plan], ...]]"
"""Whether a struct has a code itself, and its arrays of structs that have some."""

_LEAF: _Plan = (True, ())


def errors_in(response: Any) -> frozenset[int]:
    """Return the error codes in a response, but for 0; none if it is None."""
    if response is None:
        return NO_ERRORS
    kind: type = type(response)
    plan = _plan(kind)
    if plan is _LEAF:  # most APIs of groups
        code: int = response.error_code
        return frozenset((code,)) if code else NO_ERRORS
    found: set[int] = set()
    _collect(plan, response, found)
    found.discard(0)
    return frozenset(found) if found else NO_ERRORS


def _collect(plan: _Plan, value: Any, found: set[int]) -> None:
    has_code, arrays = plan
    if has_code:
        found.add(value.error_code)
    for name, inner in arrays:
        elements = getattr(value, name) or ()
        if inner is _LEAF:
            found.update([it.error_code for it in elements])
        else:
            for element in elements:
                _collect(inner, element, found)


@cache
def _plan(struct: type) -> _Plan:
    fields = schema_of(struct).fields
    arrays = [
        (field.name, _plan(field.type.element))
        for field in fields
        if isinstance(field.type, Array) and isinstance(field.type.element, type)
    ]
    has_code = any(field.name == "error_code" for field in fields)
    plan = (has_code, tuple(it for it in arrays if it[1] != (False, ())))
    return _LEAF if plan == _LEAF else plan
