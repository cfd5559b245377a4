"""What is told of groups: coordinators, descriptions, lists; and their deletion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from logion.broker.state import BrokerState
from logion.group.cell import GroupCell
from logion.group.classic.state import ClassicGroup, State
from logion.protocol import schema
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    hears,
    instead,
    swapped,
    tells,
    unsaid,
)

DESCRIBING = "logion.broker.handlers.describe_groups"


def as_if_stable(present: Callable[..., Any]) -> Callable[..., Any]:
    """Tell what members said and got, whatever state the group is in."""

    def wrong(broker: BrokerState, group: ClassicGroup) -> Any:
        told = present(broker, replace(group, state=State.STABLE))
        return schema.replace(told, group_state=present(broker, group).group_state)

    return wrong


def with_members_alone(_: Any) -> Any:
    """Tell of no group that has offsets and no members."""

    def wrong(_: Any, cell: GroupCell) -> bool:
        return not cell.is_only_offsets

    return wrong


def as_it_is(_: Any) -> Any:
    """Describe a group without what one may do with it."""
    return lambda _, group: group


MINIATURES = (
    Miniature(
        "moves-coordinators",
        "names a coordinator by an address that no broker has in Metadata",
        ("coordinators.group",),
        tells("FindCoordinator", "coordinators.host", lambda it: it and "localhost"),
    ),
    Miniature(
        "turns-coordinators-round",
        "finds the coordinators of several keys in another order",
        ("coordinators.several",),
        tells("FindCoordinator", "coordinators", lambda found: found[::-1]),
    ),
    Miniature(
        "coordinates-anything",
        "has a coordinator for kinds of keys that do not exist",
        ("coordinators.type.unknown",),
        unsaid("FindCoordinator", Error.INVALID_REQUEST),
    ),
    Miniature(
        "raises-the-dead",
        "describes a group that is not there as one without members",
        ("groups.describe.unknown", "groups.describe.several", "groups.delete"),
        tells(
            "DescribeGroups",
            "groups.group_state",
            lambda it: "Empty" if it == "Dead" else it,
        ),
    ),
    Miniature(
        "hides-assignments",
        "describes members without what is assigned to them",
        ("groups.describe.stable",),
        tells("DescribeGroups", "groups.members.member_assignment", always(b"")),
    ),
    Miniature(
        "tells-too-early",
        "describes a group that rebalances with its last protocol",
        ("groups.describe.rebalancing",),
        swapped(f"{DESCRIBING}:_present", as_if_stable),
    ),
    Miniature(
        "overlooks-groups-without-members",
        "tells of no group that has offsets and no members",
        ("groups.describe.empty", "groups.list.states"),
        swapped(
            "logion.group.coordinator:GroupCoordinator.is_told", with_members_alone
        ),
    ),
    Miniature(
        "describes-one-group",
        "describes the first of several groups",
        ("groups.describe.several",),
        hears("DescribeGroups", "groups", lambda groups: groups[:1]),
    ),
    Miniature(
        "hides-operations",
        "does not say what one may do with a group",
        ("groups.describe.operations",),
        swapped(f"{DESCRIBING}:_with_operations", as_it_is),
    ),
    Miniature(
        "lists-no-types",
        "lists groups without the type of their protocol",
        ("groups.list",),
        tells("ListGroups", "groups.protocol_type", always("")),
    ),
    Miniature(
        "lists-any-state",
        "lists groups whatever states were asked for",
        ("groups.list.states",),
        hears("ListGroups", "states_filter", always(())),
    ),
    Miniature(
        "lists-any-type",
        "lists groups whatever types were asked for",
        ("groups.list.types", "consumer-groups.list"),
        hears("ListGroups", "types_filter", always(())),
    ),
    Miniature(
        "says-that-it-deletes-groups",
        "says that a group is deleted which stays as it is",
        ("groups.delete", "groups.delete.joinable-again"),
        swapped("logion.broker.handlers.delete_groups:delete_group", instead(None)),
    ),
    Miniature(
        "deletes-groups-in-use",
        "says that a group with members is deleted",
        ("groups.delete.members", "groups.delete.several"),
        unsaid("DeleteGroups", Error.NON_EMPTY_GROUP),
    ),
    Miniature(
        "deletes-what-is-not-there",
        "says that a group is deleted which is not there",
        ("groups.delete.several",),
        unsaid("DeleteGroups", Error.GROUP_ID_NOT_FOUND),
    ),
)
