"""Two answers, field by field: what differs once the incidental is set aside.

Names that a broker chose (ids of topics, members, sessions, producers, brokers) differ
between two runs, but must differ consistently: each side's are replaced by the order in
which they first appeared, so that a broker which answers with *another* topic's id is
still found. Times, addresses, pauses and texts for people are not compared. In stored
batches the leader's epoch is set aside: the leader stamps it, no client sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from logion.protocol.schema import schema_of

Plain: TypeAlias = "dict[str, Plain] | list[Plain] | str | int | float | bool | None"
"""A message as JSON would have it."""

UNCOMPARED = {
    "throttle_time_ms": "a pause that depends on quotas",
    "host": "an address",
    "port": "an address",
    "error_message": "a text for people",
    "log_append_time_ms": "a time",
    "supported_features": "what the controller supports, not the protocol",
    "finalized_features": "what the controller supports, not the protocol",
    "finalized_features_epoch": "a counter of the controller",
    "zk_migration_ready": "a state of the controller",
}
"""Fields whose values are not compared, and why."""

ALIKE = {"config_source": dict.fromkeys((3, 4, 5), "the broker")}
"""Values that are compared as one: whether a setting of the broker is the cluster's,
stands in the broker's file or is the default (KIP-226) is a matter of deployment."""

CHOSEN = {
    "topic_id": "topic",
    "cluster_id": "cluster",
    "producer_id": "producer",
    "session_id": "session",
    "member_id": "member",
    "node_id": "broker",
    "leader_id": "broker",
    "controller_id": "broker",
    "replica_nodes": "broker",
    "isr_nodes": "broker",
    "offline_replicas": "broker",
    "preferred_read_replica": "broker",
}
"""Fields that hold a name the broker chose, and what it names."""

NOBODY = frozenset({None, "", 0, -1, bytes(16)})
"""Values that name nothing: they are compared as they are."""

ZERO_NAMES = {"broker", "producer"}
"""Kinds of which 0 is a name like any other."""

KEYS = (
    "api_key",
    "name",
    "topic",
    "partition_index",
    "index",
    "partition",
    "topic_id",
    "node_id",
)
"""Fields by which the elements of an array are told apart: their order is free."""


class Rules(NamedTuple):
    """What of two answers is compared, and as what."""

    uncompared: Mapping[str, str] = UNCOMPARED
    alike: Mapping[str, Mapping[Any, str]] = ALIKE
    chosen: Mapping[str, str] = CHOSEN
    keys: tuple[str, ...] = KEYS
    texts: frozenset[str] = frozenset()
    """Fields of which only counts whether there is a text, none, or an empty one."""


OF_TRACES = Rules()
"""How a recorded answer is compared with that of a replay."""

BATCH_OVERHEAD = 12
LEADER_EPOCH = slice(12, 16)
MAGIC = 16


class Difference(NamedTuple):
    """A field that the two brokers answered differently."""

    path: str
    recorded: Plain
    replayed: Plain

    def __str__(self) -> str:
        """Return one line: the path and both values."""
        return f"{self.path}: recorded {self.recorded!r}, replayed {self.replayed!r}"


def _names(value: object, kind: str) -> bool:
    """Return whether the value names something of this kind."""
    if kind in ZERO_NAMES:
        return value not in (None, -1)
    return value not in NOBODY


@dataclass(slots=True)
class Names:
    """What one broker chose, numbered by first appearance."""

    orders: dict[str, dict[Any, int]] = field(default_factory=dict)
    rules: Rules = OF_TRACES
    version: int | None = None
    """Of the message at hand: fields that it does not have are left out, if given."""

    def canonical(self, kind: str, value: Any) -> Plain:
        """Return `topic 1` for the first topic id met, and so on."""
        if not _names(value, kind):
            return plain_scalar(value)
        order = self.orders.setdefault(kind, {})
        return f"{kind} {order.setdefault(value, len(order) + 1)}"

    def number(self, kind: str, value: Any) -> int | None:
        """Return the number of a value, or None if it was never met."""
        return self.orders.get(kind, {}).get(value)

    def named(self, kind: str, number: int | None) -> Any:
        """Return the value with this number, or None if there is none yet."""
        order = self.orders.get(kind, {})
        return next((value for value, n in order.items() if n == number), None)


@dataclass(slots=True)
class Bindings:
    """The names of both sides, which tell one side's from the other's."""

    recorded: Names = field(default_factory=Names)
    replayed: Names = field(default_factory=Names)

    def translated(self, kind: str, value: Any) -> Any:
        """Return the replaying broker's name for what the recorded one called so."""
        found = self.replayed.named(kind, self.recorded.number(kind, value))
        return value if found is None else found


def plain(message: Any, names: Names) -> Plain:
    """Return a message as plain values, its chosen names canonical.

    Arrays whose elements have a key become objects by that key: brokers order them as
    they like.
    """
    fields: dict[str, Plain] = {}
    for each in schema_of(type(message)).fields:
        is_there = names.version is None or names.version in each.versions
        if is_there and each.name not in names.rules.uncompared:
            value = getattr(message, each.name)
            fields[each.name] = _plain_field(each.name, value, names)
    return fields


def _plain_field(name: str, value: Any, names: Names) -> Plain:
    kind = names.rules.chosen.get(name)
    if name in names.rules.alike:
        return names.rules.alike[name].get(value, plain_scalar(value))
    if name in names.rules.texts and value:
        return "a text"
    if isinstance(value, tuple):
        if kind is not None:
            return [names.canonical(kind, each) for each in value]
        return _plain_array(value, names)
    if kind is not None:
        return names.canonical(kind, value)
    return plain(value, names) if hasattr(value, "__wire__") else plain_scalar(value)


def _plain_array(values: tuple[Any, ...], names: Names) -> Plain:
    key = _key_of(values, names.rules.keys)
    if key is None:
        return [
            plain(each, names) if hasattr(each, "__wire__") else plain_scalar(each)
            for each in values
        ]
    ordered = sorted(values, key=lambda value: repr(getattr(value, key)))
    return {_label(key, value, names): plain(value, names) for value in ordered}


def _key_of(values: tuple[Any, ...], keys: Iterable[str]) -> str | None:
    """Return the first field that tells these structs apart, or None."""
    for key in keys:
        if values and hasattr(values[0], "__wire__") and hasattr(values[0], key):
            found = {getattr(value, key) for value in values}
            if len(found) == len(values):
                return key
    return None


def _label(key: str, struct: Any, names: Names) -> str:
    value = getattr(struct, key)
    kind = names.rules.chosen.get(key)
    return f"{key}={value}" if kind is None else str(names.canonical(kind, value))


def plain_scalar(value: Any) -> Plain:
    """Return a number, text or bytes as JSON has it; records without leader epochs."""
    if isinstance(value, memoryview):
        return "; ".join(_batches(bytes(value)))
    if isinstance(value, bytes):
        return value.hex()
    assert value is None or isinstance(value, (str, int, float))
    return value


def _batches(records: bytes) -> Iterator[str]:
    """Yield each stored entry in hex, the leader epoch of a v2 batch blanked."""
    position = 0
    while position + BATCH_OVERHEAD <= len(records):
        size = int.from_bytes(records[position + 8 : position + 12], "big")
        entry = bytearray(records[position : position + BATCH_OVERHEAD + size])
        if len(entry) > MAGIC and entry[MAGIC] == 2:
            entry[LEADER_EPOCH] = bytes(4)
        yield entry.hex()
        position += BATCH_OVERHEAD + size


def differences(
    recorded: Plain, replayed: Plain, path: str = ""
) -> Iterator[Difference]:
    """Yield the fields in which two plain messages differ."""
    if recorded == [] and isinstance(replayed, dict):
        recorded = {}  # an empty array has no elements that could be keyed
    if replayed == [] and isinstance(recorded, dict):
        replayed = {}
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for key in recorded.keys() | replayed.keys():
            here = f"{path}.{key}" if path else key
            yield from differences(recorded.get(key), replayed.get(key), here)
    elif (
        isinstance(recorded, list)
        and isinstance(replayed, list)
        and len(recorded) == len(replayed)
    ):
        for n, (one, other) in enumerate(zip(recorded, replayed, strict=True)):
            yield from differences(one, other, f"{path}[{n}]")
    elif recorded != replayed:
        yield Difference(path, recorded, replayed)


def compare(
    recorded: Any, replayed: Any, bindings: Bindings, *, apis: Iterable[int] = ()
) -> list[Difference]:
    """Return in which fields two decoded answers differ, in the order of their paths.

    What could not be decoded is a text, and differs as such. Of an ApiVersions answer
    only the entries of `apis` count: what the client of the trace made use of.
    """
    sides = (
        _side(recorded, bindings.recorded, apis),
        _side(replayed, bindings.replayed, apis),
    )
    return sorted(differences(*sides), key=lambda found: found.path)


def _side(message: Any, names: Names, apis: Iterable[int]) -> Plain:
    if message is None or isinstance(message, str):
        return message
    side = plain(message, names)
    if isinstance(side, dict) and isinstance(side.get("api_keys"), dict):
        used = {f"api_key={key}" for key in apis}
        entries = side["api_keys"]
        assert isinstance(entries, dict)
        side["api_keys"] = {name: entries[name] for name in entries if name in used}
    return side


def translated(message: Any, bindings: Bindings) -> Any:
    """Return a recorded request as it is put to the replaying broker.

    The very same object if it holds no name that the recorded broker had chosen.
    """
    from logion.protocol.schema import replace

    changes: Mapping[str, Any] = {
        each.name: changed
        for each in schema_of(type(message)).fields
        if (changed := _translated_field(each.name, message, bindings)) is not None
    }
    return replace(message, **changes) if changes else message


def _translated_field(name: str, message: Any, bindings: Bindings) -> Any:
    """Return the new value of a field, or None if it stays."""
    value = getattr(message, name)
    if isinstance(value, tuple) and value and hasattr(value[0], "__wire__"):
        elements = tuple(translated(each, bindings) for each in value)
        unchanged = all(a is b for a, b in zip(elements, value, strict=True))
        return None if unchanged else elements
    if hasattr(value, "__wire__"):
        inner = translated(value, bindings)
        return None if inner is value else inner
    if (kind := CHOSEN.get(name)) is None or not _names(value, kind):
        return None
    found = bindings.translated(kind, value)
    return None if found == value else found
