"""What no group can be, whatever a record says: such a record is damaged.

Its bytes are a message, and its checksum may be right; but a group that went by it
could not go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from logion.group.records import GroupRecord
from logion.protocol.errors import ProtocolError
from logion.protocol.messages.group_records import (
    ConsumerGroupMemberMetadataValue,
    ConsumerGroupMetadataValue,
    GroupMetadataValue,
)

EPOCH_MAX = 2**30
"""No group divides its work anew so often; there is room for as many times again in
the int32 that says how often it did."""


def check_record(record: GroupRecord) -> None:
    """Raise ProtocolError, which says why, if no group can be as a record says."""
    check = _CHECKS.get(type(record.value))
    if check is not None:
        check(record.value)


def _check_group(value: GroupMetadataValue) -> None:
    _check_epoch("generation", value.generation)


def _check_consumer_group(value: ConsumerGroupMetadataValue) -> None:
    _check_epoch("epoch", value.epoch)


def _check_member(value: ConsumerGroupMemberMetadataValue) -> None:
    classic = value.classic_member_metadata
    if classic is not None and not classic.supported_protocols:
        raise ProtocolError("a classic member with no protocol; it has one at least")


def _check_epoch(name: str, epoch: int) -> None:
    if not 0 <= epoch <= EPOCH_MAX:
        raise ProtocolError(f"{name} {epoch} where 0 to {EPOCH_MAX} was expected")


_CHECKS: Mapping[type, Callable[[Any], None]] = {
    GroupMetadataValue: _check_group,
    ConsumerGroupMetadataValue: _check_consumer_group,
    ConsumerGroupMemberMetadataValue: _check_member,
}
"""How a value is judged; those of other kinds may say anything."""
