"""Consumer groups (KIP-848): members, epochs, what each is given, and who commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.group.consumer.state import ConsumerGroup, Outcome
from logion.protocol.errors import Error

from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.seams import (
    always,
    instead,
    swapped,
    tells,
    unsaid,
)

HEARTBEAT = "logion.group.consumer.heartbeat"


def without_effect(on_leave: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a member that leaves, and keep it."""

    def wrong(group: ConsumerGroup, *more: Any) -> Any:
        _, answer = on_leave(group, *more)
        return Outcome(group), answer

    return wrong


MINIATURES = (
    Miniature(
        "has-no-rhythm",
        "does not tell consumer members how often they are to send heartbeats",
        ("consumer-groups.join",),
        tells("ConsumerGroupHeartbeat", "heartbeat_interval_ms", always(0)),
    ),
    Miniature(
        "repeats-itself",
        "tells a consumer member its assignment with every heartbeat",
        ("consumer-groups.heartbeat",),
        swapped(f"{HEARTBEAT}:_is_full", instead(value=True)),
    ),
    Miniature(
        "gives-partitions-to-two",
        "gives a partition to a member that another has not given up yet",
        ("consumer-groups.share",),
        swapped(
            "logion.group.consumer.reconciliation:_Step._taken", instead(frozenset())
        ),
    ),
    Miniature(
        "keeps-who-leaves",
        "keeps consumer members that have left",
        ("consumer-groups.leave", "consumer-groups.empty"),
        swapped("logion.group.consumer_groups:on_leave", without_effect),
    ),
    Miniature(
        "hears-members-of-nothing",
        "says nothing of a consumer group that is not there",
        ("consumer-groups.unknown-group",),
        unsaid("ConsumerGroupHeartbeat", Error.GROUP_ID_NOT_FOUND),
    ),
    Miniature(
        "takes-any-member-epoch",
        "takes heartbeats of consumer members with any epoch",
        ("consumer-groups.fenced",),
        swapped(f"{HEARTBEAT}:check_epoch", instead(None)),
    ),
    Miniature(
        "takes-half-a-heartbeat",
        "says nothing of heartbeats of consumer members that lack something",
        ("consumer-groups.invalid",),
        unsaid("ConsumerGroupHeartbeat", Error.INVALID_REQUEST),
    ),
    Miniature(
        "has-any-assignor",
        "says nothing of an assignor that it does not have",
        ("consumer-groups.assignor",),
        unsaid("ConsumerGroupHeartbeat", Error.UNSUPPORTED_ASSIGNOR),
    ),
    Miniature(
        "gives-places-away",
        "says nothing to who claims the place of a static member that has not left",
        ("consumer-groups.static",),
        unsaid("ConsumerGroupHeartbeat", Error.UNRELEASED_INSTANCE_ID),
    ),
    Miniature(
        "takes-any-pattern",
        "says nothing of a pattern of topics that is none",
        ("consumer-groups.pattern",),
        unsaid("ConsumerGroupHeartbeat", Error.INVALID_REGULAR_EXPRESSION),
    ),
    Miniature(
        "forgets-racks",
        "describes consumer members without their racks",
        ("consumer-groups.describe",),
        tells("ConsumerGroupDescribe", "groups.members.rack_id", always(None)),
    ),
    Miniature(
        "describes-consumer-groups-of-nobody",
        "has no error for a consumer group that is not there",
        ("consumer-groups.describe", "consumer-groups.empty"),
        unsaid("ConsumerGroupDescribe", Error.GROUP_ID_NOT_FOUND),
    ),
    Miniature(
        "commits-with-any-epoch",
        "takes commits to a consumer group from anybody, with any epoch",
        ("consumer-groups.commit",),
        swapped("logion.group.consumer_groups:check_commit", instead(None)),
    ),
    Miniature(
        "fetches-with-any-epoch",
        "tells the offsets of a consumer group to members with any epoch",
        ("consumer-groups.commit",),
        swapped("logion.group.committing:check_fetch", instead(None)),
    ),
    Miniature(
        "takes-all-groups-for-classic",
        "lists consumer groups as classic ones",
        ("consumer-groups.list",),
        tells("ListGroups", "groups.group_type", always("classic")),
    ),
)
