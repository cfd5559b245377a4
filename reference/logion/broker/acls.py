"""What requests about access rules share while no authorizer is configured.

The rules cannot be seen or changed: SECURITY_DISABLED. A request that names what does
not exist closes the connection, as with Apache Kafka, which cannot read it.
"""

from __future__ import annotations

from typing import Protocol

from logion.broker.context import CloseConnection

NO_AUTHORIZER = "no authorizer is configured on this broker"

RESOURCE_TYPES = range(1, 8)
PATTERN_TYPES = range(1, 5)
OPERATIONS = range(1, 16)
PERMISSIONS = range(1, 4)
"""Codes that mean something, the first of each "any" (KIP-140, 290, 373)."""


class Rule(Protocol):
    """What a rule and a filter of rules have in common."""

    @property
    def operation(self) -> int:
        """Return the code of the operation."""

    @property
    def permission_type(self) -> int:
        """Return the code of the permission."""


def check_readable(rule: Rule, resource_type: int, pattern_type: int) -> None:
    """Raise CloseConnection if a code of a rule, or of a filter, means nothing."""
    is_known = (
        resource_type in RESOURCE_TYPES
        and pattern_type in PATTERN_TYPES
        and rule.operation in OPERATIONS
        and rule.permission_type in PERMISSIONS
    )
    if not is_known:
        raise CloseConnection(f"{rule} has a code that means nothing")
