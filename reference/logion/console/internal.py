"""Records of the topics that brokers keep for themselves, by their message schemas.

A key begins with its kind, a value with its version, both int16. What cannot be
decoded is shown as any other bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from logion.broker.internal_topics import OFFSETS, TRANSACTIONS
from logion.console.showing import Shown, shown, visible
from logion.group import records as group_records
from logion.protocol.codec import decode
from logion.protocol.embedded import (
    CONSUMER,
    VERSION_LAST,
    assignment_in,
    subscription_in,
)
from logion.protocol.errors import ProtocolError
from logion.protocol.json import to_json
from logion.protocol.messages import transaction_records as transaction
from logion.protocol.messages.group_records import GroupMetadataValue
from logion.protocol.schema import schema_of
from logion.records.record import Record

KINDS: Mapping[str, Mapping[int, tuple[type, type]]] = {
    OFFSETS: group_records.KINDS,
    TRANSACTIONS: {
        0: (transaction.TransactionLogKey, transaction.TransactionLogValue),
    },
}
"""Topic, and kind of a key, to the messages of key and value."""


def key_and_value(topic: str, record: Record, size_max: int) -> tuple[Shown, Shown]:
    """Return how a page shows key and value of a record of any topic."""
    kinds = KINDS.get(topic)
    key, value = record.key, record.value
    if kinds is None or key is None or len(key) < 2:
        return shown(key, size_max), shown(value, size_max)
    messages = kinds.get(int.from_bytes(key[:2], signed=True))
    if messages is None:
        return shown(key, size_max), shown(value, size_max)
    return _message(messages[0], key, size_max), _message(messages[1], value, size_max)


def _message(cls: type, data: bytes | None, size_max: int) -> Shown:
    """Return a message with its version in front; bytes that are none as they are."""
    if data is None or not 2 <= len(data) <= size_max:
        return shown(data, size_max)
    version = int.from_bytes(data[:2], signed=True)
    if version not in schema_of(cls).versions:
        return shown(data, size_max)
    try:
        value: object = decode(cls, version, data, offset=2)
    except ProtocolError:
        return shown(data, size_max)
    told = to_json(value, version)
    _tell_members(value, told)
    text = json.dumps(told, indent=2, ensure_ascii=False)
    return Shown(f"{cls.__name__} v{version}", visible(text), len(data))


def _tell_members(value: object, told: dict[str, Any]) -> None:
    """Put what consumers said of themselves in place of its bytes."""
    if not isinstance(value, GroupMetadataValue):
        return
    if value.protocol_type != CONSUMER:
        return
    for member, shown_member in zip(value.members, told["members"], strict=True):
        with suppress(ProtocolError):
            shown_member["subscription"] = _told(subscription_in(member.subscription))
        with suppress(ProtocolError):
            shown_member["assignment"] = _told(assignment_in(member.assignment))


def _told(message: object) -> dict[str, Any]:
    return to_json(message, VERSION_LAST)
