"""DeleteAcls (API 31): remove the access rules that match filters (KIP-140).

The codes of types, patterns, operations and permissions: see `describe_acls`.

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


@struct
class DeleteAclsFilter:
    """Which rules to remove."""

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


@request(api=31, versions="0-3", flexible="2+")
class DeleteAclsRequest:
    """Remove every rule that matches one of these filters."""

    filters: tuple[DeleteAclsFilter, ...] = wire(array(DeleteAclsFilter))
    """The filters."""


@struct
class DeleteAclsMatchingAcl:
    """A rule that matched."""

    error_code: int = wire(INT16)
    """Why it could not be removed, as an `Error` code; 0 if it was."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    resource_type: int = wire(INT8)
    """Kind of the resource, by code."""
    resource_name: str = wire(STRING)
    """Name of the resource, or its prefix; `*` stands for all."""
    pattern_type: int = wire(INT8, "1+", default=3)
    """3 literal: the name; 4 prefixed: every name that starts so."""
    principal: str = wire(STRING)
    """Principal it was about, such as `User:alice`; `User:*` for all."""
    host: str = wire(STRING)
    """Address it was about; `*` for all."""
    operation: int = wire(INT8)
    """Operation it was about, by code."""
    permission_type: int = wire(INT8)
    """2 deny, 3 allow."""


@struct
class DeleteAclsFilterResult:
    """What one filter removed."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""
    matching_acls: tuple[DeleteAclsMatchingAcl, ...] = wire(
        array(DeleteAclsMatchingAcl)
    )
    """The rules that matched."""


@response(api=31, versions="0-3", flexible="2+")
class DeleteAclsResponse:
    """Which rules were removed."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    filter_results: tuple[DeleteAclsFilterResult, ...] = wire(
        array(DeleteAclsFilterResult)
    )
    """The result of each filter, in the order of the request."""
