"""CreateAcls (API 30): add access rules (KIP-140).

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
class AclCreation:
    """One rule."""

    resource_type: int = wire(INT8)
    """Kind of the resource, by code; 1 (any) is refused."""
    resource_name: str = wire(STRING)
    """Name of the resource, or its prefix; `*` stands for all."""
    resource_pattern_type: int = wire(INT8, "1+", default=3)
    """3 literal: the name; 4 prefixed: every name that starts so."""
    principal: str = wire(STRING)
    """Principal it is about, such as `User:alice`; `User:*` for all."""
    host: str = wire(STRING)
    """Address it is about; `*` for all."""
    operation: int = wire(INT8)
    """Operation it is about, by code."""
    permission_type: int = wire(INT8)
    """2 deny, 3 allow."""


@request(api=30, versions="0-3", flexible="2+")
class CreateAclsRequest:
    """Add these rules."""

    creations: tuple[AclCreation, ...] = wire(array(AclCreation))
    """The rules."""


@struct
class AclCreationResult:
    """Result for one rule."""

    error_code: int = wire(INT16)
    """What went wrong, as an `Error` code; 0 if nothing did."""
    error_message: str | None = wire(STRING, nullable="0+")
    """The error in words; null if there is none."""


@response(api=30, versions="0-3", flexible="2+")
class CreateAclsResponse:
    """Which rules were added."""

    throttle_time_ms: int = wire(INT32)
    """How long the client should pause, in ms, because it is over a quota; 0 if not."""
    results: tuple[AclCreationResult, ...] = wire(array(AclCreationResult))
    """The result of each rule, in the order of the request."""
