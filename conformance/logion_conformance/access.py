"""Rules about who may do what, and how a refusal is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from logion.protocol.errors import Error
from logion.protocol.messages.create_acls import (
    AclCreation,
    CreateAclsRequest,
    CreateAclsResponse,
)
from logion.protocol.messages.delete_acls import (
    DeleteAclsFilter,
    DeleteAclsRequest,
    DeleteAclsResponse,
)
from logion.protocol.messages.describe_acls import (
    DescribeAclsRequest,
    DescribeAclsResponse,
)
from logion.protocol.schema import schema_of

from logion_conformance.expect import Broken, expect_error
from logion_conformance.subject import Subject

ANY, TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID = 1, 2, 3, 4, 5
"""Kinds of resources, by code."""

MATCH, LITERAL, PREFIXED = 2, 3, 4
"""What the name of a resource is, by code."""

ALL, READ, WRITE, CREATE, DESCRIBE = 2, 3, 4, 5, 8
"""Operations, by code."""

DENY, ALLOW = 2, 3
"""What a rule says, by code."""


class Rule(NamedTuple):
    """One rule about who may do what."""

    name: str
    operation: int
    principal: str = "User:stranger"
    permission: int = ALLOW
    kind: int = TOPIC
    pattern: int = LITERAL
    host: str = "*"


class Filter(NamedTuple):
    """Which rules are meant: None and ANY for whatever there is."""

    name: str | None
    operation: int = ANY
    principal: str | None = None
    permission: int = ANY
    kind: int = ANY
    pattern: int = LITERAL
    host: str | None = None


async def create_rules(broker: Subject, *rules: Rule) -> list[int]:
    """Return the error codes of rules that are made; they go with the case."""
    creations = tuple(
        AclCreation(
            resource_type=it.kind,
            resource_name=it.name,
            resource_pattern_type=it.pattern,
            principal=it.principal,
            host=it.host,
            operation=it.operation,
            permission_type=it.permission,
        )
        for it in rules
    )
    for it in rules:
        broker.afterwards(partial(_forget, broker, Filter(*it)))
    request = CreateAclsRequest(creations=creations)
    came = await broker.ask(request, CreateAclsResponse)
    return [it.error_code for it in came.results]


async def allow(broker: Subject, *rules: Rule) -> None:
    """See that rules are made; Broken if they are not."""
    for code in await create_rules(broker, *rules):
        expect_error(code, Error.NONE, what="the error code of a new rule")


async def rules_like(broker: Subject, wanted: Filter) -> list[Rule]:
    """Return the rules that a filter finds, in order; Broken if it is refused."""
    request = DescribeAclsRequest(**fields_of(wanted))
    came = await broker.ask(request, DescribeAclsResponse)
    expect_error(came.error_code, Error.NONE, what="the error code of DescribeAcls")
    return sorted(_rule(at, it) for at in came.resources for it in at.acls)


def _rule(at: Any, it: Any) -> Rule:
    """Return the rule that an answer tells: where it holds, and what it says there."""
    return Rule(
        at.resource_name,
        it.operation,
        it.principal,
        it.permission_type,
        at.resource_type,
        at.pattern_type,
        it.host,
    )


async def delete_rules(broker: Subject, *filters: Filter) -> list[list[Rule]]:
    """Return which rules each filter has removed; Broken if one was refused."""
    wanted = tuple(DeleteAclsFilter(**fields_of(it)) for it in filters)
    came = await broker.ask(DeleteAclsRequest(filters=wanted), DeleteAclsResponse)
    for each in came.filter_results:
        expect_error(each.error_code, Error.NONE, what="the error code of a filter")
    return [
        sorted(_rule(it, it) for it in each.matching_acls)
        for each in came.filter_results
    ]


async def _forget(broker: Subject, wanted: Filter) -> None:
    with suppress(Broken):  # a rule that was refused
        await delete_rules(broker, wanted)


def fields_of(wanted: Filter) -> dict[str, Any]:
    """Return the fields of a filter, in DescribeAcls and in DeleteAcls."""
    return {
        "resource_type_filter": wanted.kind,
        "resource_name_filter": wanted.name,
        "pattern_type_filter": wanted.pattern,
        "principal_filter": wanted.principal,
        "host_filter": wanted.host,
        "operation": wanted.operation,
        "permission_type": wanted.permission,
    }


def topic_refused(broker: Subject) -> tuple[Error, ...]:
    """Return how a topic is refused that may not be described: before 1.0, which spoke
    no SaslAuthenticate, it could be as if there was none."""
    if broker.advertises("SaslAuthenticate"):
        return (Error.TOPIC_AUTHORIZATION_FAILED,)
    return Error.TOPIC_AUTHORIZATION_FAILED, Error.UNKNOWN_TOPIC_OR_PARTITION


async def expect_refused(
    stranger: Subject, request: Any, answer: type[Any], *allowed: Error
) -> None:
    """Nothing if all that a request asks for is refused with one of these errors."""
    came = await stranger.ask(request, answer)
    for code in [*filter(None, codes_in(came))] or [int(Error.NONE)]:
        expect_error(code, *allowed)


async def expect_topic_refused(
    stranger: Subject, request: Any, answer: type[Any], *more: Error
) -> None:
    """Nothing if all that a request asks of a topic is refused as topics are, or with
    one more of some errors; Broken if not."""
    await expect_refused(stranger, request, answer, *topic_refused(stranger), *more)


def codes_in(message: Any) -> Iterator[int]:
    """Yield every `error_code` of an answer, from the outside in."""
    for field in schema_of(type(message)).fields:
        value = getattr(message, field.name)
        if field.name.endswith("error_code"):
            yield value
        elif isinstance(value, tuple) and value and hasattr(value[0], "__wire__"):
            for each in value:
                yield from codes_in(each)
