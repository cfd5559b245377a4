"""What a client may do, as bit fields of answers (KIP-430).

Bit n stands for the operation with code n of DescribeAcls. Access is not restricted,
so everything that makes sense for a kind of resource is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Operation(IntEnum):
    """Operations on topics and on the cluster, by their codes (KIP-140)."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DELETE = 6
    ALTER = 7
    DESCRIBE = 8
    CLUSTER_ACTION = 9
    DESCRIBE_CONFIGS = 10
    ALTER_CONFIGS = 11
    IDEMPOTENT_WRITE = 12


NOT_ASKED = -(2**31)
"""Stands in an answer to a request that does not want to know."""


def _bits(operations: Iterable[Operation]) -> int:
    return sum(1 << operation for operation in operations)


TOPIC_OPERATIONS = _bits(
    set(Operation) - {Operation.CLUSTER_ACTION, Operation.IDEMPOTENT_WRITE}
)
OLD_GROUP_OPERATIONS = _bits({Operation.READ, Operation.DELETE, Operation.DESCRIBE})
"""Until 3.9: groups had no settings."""

GROUP_OPERATIONS = OLD_GROUP_OPERATIONS | _bits(
    {Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS}
)
CLUSTER_OPERATIONS = _bits(
    set(Operation) - {Operation.READ, Operation.WRITE, Operation.DELETE}
)
