"""DescribeAcls (API 29): the access rules that match a filter (KIP-140).

Codes, here and in the other APIs of access rules:
resource types  0 unknown, 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id,
                6 delegation token, 7 user
pattern types   0 unknown, 1 any, 2 match, 3 literal, 4 prefixed
operations      0 unknown, 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter,
                8 describe, 9 cluster action, 10 describe configs, 11 alter configs,
                12 idempotent write, 13 create tokens, 14 describe tokens,
                15 two-phase commit
permissions     0 unknown, 1 any, 2 deny, 3 allow

v0   0.11.0  the first form
v1   2.0     pattern types: rules for names with a prefix (KIP-290)
v2   2.5     flexible
v3   3.3     resources of type user (KIP-373)
"""

from __future__ import annotations

from logion.protocol.schema import (
    INT8,
    INT16,
    INT32,
    STRING,
    array,
    request,
    response,
    struct,
    wire,
)


@request(api=29, versions="0-3", flexible="2+")
class DescribeAclsRequest:
    """List the rules that match."""

    resource_type_filter: int = wire(INT8)
    """Kind of the resource, by code; 1: any."""
    resource_name_filter: str | None = wire(STRING, nullable="0+")
    """Name of the resource; null: any."""
    pattern_type_filter: int = wire(INT8, "1+", default=3)
    """Kind of the name's pattern, by code; 2 finds every rule that applies to the name.
    """
    principal_filter: str | None = wire(STRING, nullable="0+")
    """Principal the rule is about, such as `User:alice`; null: any."""
    host_filter: str | None = wire(STRING, nullable="0+")
    """Address the rule is about, `*` for the rules about all; null: any."""
    operation: int = wire(INT8)
    """Operation the rule is about, by code; 1: any."""
    permission_type: int = wire(INT8)
    """2 deny, 3 allow; 1: any."""


@struct
class AclDescription:
    """One rule."""

    principal: str = wire(STRING)
    """Principal it is about, such as `User:alice`; `User:*` for all."""
    host: str = wire(STRING)
    """Address it is about; `*` for all."""
    operation: int = wire(INT8)
    """Operation it is about, by code."""
    permission_type: int = wire(INT8)
    """2 deny, 3 allow."""


@struct
class DescribeAclsResource:
    """Rules about one resource pattern."""

    resource_type: int = wire(INT8)
    """Kind of the resource, by code."""
    resource_name: str = wire(STRING)
    """Name of the resource, or its prefix; `*` stands for all."""
    pattern_type: int = wire(INT8, "1+", default=3)
    """3 literal: the name; 4 prefixed: every name that starts so."""
    acls: tuple[AclDescription, ...] = wire(array(AclDescription))
    """The rules."""


@response(api=29, versions="0-3", flexible="2+")
class DescribeAclsResponse:
    """The rules."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resources: tuple[DescribeAclsResource, ...] = wire(array(DescribeAclsResource))
    """The rules, by resource."""
