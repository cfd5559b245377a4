"""Classic groups: joining, syncing, heartbeats, leaving."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from logion.protocol.errors import Error
from logion.protocol.messages.heartbeat import HeartbeatRequest
from logion.protocol.messages.join_group import (
    JoinGroupRequest,
    JoinGroupRequestProtocol,
)
from logion.protocol.messages.leave_group import LeaveGroupRequest, MemberIdentity
from logion.protocol.messages.sync_group import (
    SyncGroupRequest,
    SyncGroupRequestAssignment,
)

from logion_conformance.compare.probe import (
    FIRST,
    Ask,
    Ground,
    Hear,
    Probe,
    Say,
    Script,
    Until,
    asking,
)

SUBSCRIPTION = b"\0\0\0\0\0\1\0\x10compare-standing\xff\xff\xff\xff"
"""What a consumer says of itself: version 0, one topic, no more."""

SHARE = b"\0\0\0\0\0\1\0\x10compare-standing\0\0\0\1%s\xff\xff\xff\xff"
"""What one is given: version 0, one partition of that topic, no more."""

RANGE = JoinGroupRequestProtocol(name="range", metadata=SUBSCRIPTION)
OTHER = JoinGroupRequestProtocol(name="other", metadata=SUBSCRIPTION)

Part = Generator[Any, Any, Any]
"""A part of a script, which returns what it learnt."""


def join(it: Ground, member: str = "", **more: Any) -> JoinGroupRequest:
    """Return the join of a member; `more` are fields of the request."""
    usual = {
        "group_id": it.name,
        "session_timeout_ms": 10_000,
        "rebalance_timeout_ms": 10_000,
        "member_id": member,
        "protocol_type": "consumer",
        "protocols": (RANGE,),
    }
    return JoinGroupRequest(**{**usual, **more})


def sync(it: Ground, generation: int, member: str, **more: Any) -> SyncGroupRequest:
    """Return the sync of a member, without assignments unless `more` say so."""
    usual = {
        "group_id": it.name,
        "generation_id": generation,
        "member_id": member,
        "protocol_type": "consumer",  # since version 5 who does not say both is refused
        "protocol_name": RANGE.name,
        "assignments": (),
    }
    return SyncGroupRequest(**{**usual, **more})


def shares(*members: str) -> tuple[SyncGroupRequestAssignment, ...]:
    """Return an assignment for each member."""
    return tuple(
        SyncGroupRequestAssignment(
            member_id=each, assignment=SHARE % number.to_bytes(4)
        )
        for number, each in enumerate(members)
    )


def heartbeat(
    it: Ground, generation: int, member: str, **more: Any
) -> HeartbeatRequest:
    """Return the heartbeat of a member."""
    usual = {"group_id": it.name, "generation_id": generation, "member_id": member}
    return HeartbeatRequest(**{**usual, **more})


def leave(it: Ground, *members: str, group: str = "") -> LeaveGroupRequest:
    """Return the leaving of members, of which old versions can say one."""
    group = group or it.name
    if it.version_of("LeaveGroup") < 3:
        return LeaveGroupRequest(group_id=group, member_id=members[0])
    rows = tuple(MemberIdentity(member_id=each) for each in members)
    return LeaveGroupRequest(group_id=group, members=rows)


def enter(it: Ground, on: str = FIRST, **more: Any) -> Part:
    """Join as somebody new, with the id that the broker gives; return its answer."""
    came = yield Ask(join(it, **more), on)
    if came.error_code == Error.MEMBER_ID_REQUIRED:
        came = yield Ask(join(it, came.member_id, **more), on)
    return came


def settled(it: Ground, **more: Any) -> Part:
    """Make a group of one member, stable; return its member id and generation."""
    came = yield from enter(it, **more)
    yield sync(
        it, came.generation_id, came.member_id, assignments=shares(came.member_id)
    )
    return came.member_id, came.generation_id


def alone(it: Ground) -> Script:
    """One member: joins, syncs, beats, joins again, leaves."""
    member, generation = yield from settled(it)
    yield heartbeat(it, generation, member)
    yield sync(it, generation, member)
    yield join(it, member)
    yield sync(it, generation + 1, member, assignments=shares(member, "nobody"))
    yield heartbeat(it, generation + 1, member)
    yield leave(it, member)
    yield heartbeat(it, generation + 1, member)
    yield join(it, member)


def two(it: Ground) -> Script:
    """A second member joins; the first hears of it; both get their shares."""
    first, generation = yield from settled(it)
    came = None
    if it.version_of("JoinGroup") >= 4:
        came = yield Ask(join(it), "b")
    second = came.member_id if came else ""
    if not came or came.error_code == Error.MEMBER_ID_REQUIRED:
        yield Say(join(it, second), "b")
    yield Until(heartbeat(it, generation, first), lambda said: said.error_code)
    yield sync(it, generation, first)
    yield join(it, first)
    second = (yield Hear("b")).member_id
    yield Say(sync(it, generation + 1, second), "b")
    yield sync(it, generation + 1, first, assignments=shares(first, second))
    yield Hear("b")
    yield heartbeat(it, generation + 1, second)
    yield leave(it, first)
    yield Until(heartbeat(it, generation + 1, second), lambda said: said.error_code)


def between_join_and_sync(it: Ground) -> Script:
    """A member that has joined and not synced beats, joins and leaves."""
    came = yield from enter(it)
    yield heartbeat(it, came.generation_id, came.member_id)
    yield heartbeat(it, came.generation_id, "nobody")
    yield join(it, came.member_id)
    yield heartbeat(it, came.generation_id, came.member_id)
    yield leave(it, came.member_id)


def wrong_syncs(it: Ground) -> Script:
    """Syncs with another generation, by nobody, of other protocols."""
    member, generation = yield from settled(it)
    yield sync(it, generation + 1, member)
    yield sync(it, generation - 1, member)
    yield sync(it, -1, member)
    yield sync(it, generation, "nobody")
    yield sync(it, generation, "")
    if it.version_of("SyncGroup") >= 5:
        yield sync(it, generation, member, protocol_type="other")
        yield sync(it, generation, member, protocol_name="other")
        yield sync(
            it, generation, member, protocol_type="consumer", protocol_name="range"
        )


def wrong_heartbeats(it: Ground) -> Script:
    """Heartbeats with another generation, and by nobody."""
    member, generation = yield from settled(it)
    yield heartbeat(it, generation + 1, member)
    yield heartbeat(it, -1, member)
    yield heartbeat(it, generation, "nobody")
    yield heartbeat(it, -1, "")


def wrong_joins(it: Ground) -> Script:
    """Joins to a group of another type, with other protocols, by nobody."""
    yield from settled(it)
    yield join(it, "nobody")
    yield join(it, protocol_type="connect")
    yield join(it, protocols=(OTHER,))
    yield join(it, protocols=())
    yield join(it, protocol_type="")


def static(it: Ground) -> Script:
    """A member with a name of its own is replaced by who comes with its name."""
    named = {"group_instance_id": "i"}
    first = yield from enter(it, **named)
    yield sync(
        it,
        first.generation_id,
        first.member_id,
        assignments=shares(first.member_id),
        **named,
    )
    yield heartbeat(it, first.generation_id, first.member_id, **named)
    second = yield join(it, **named)
    yield heartbeat(it, first.generation_id, first.member_id, **named)
    yield heartbeat(it, second.generation_id, second.member_id, **named)
    yield sync(it, second.generation_id, second.member_id, **named)
    yield sync(it, second.generation_id, first.member_id, **named)
    yield heartbeat(it, second.generation_id, "nobody", group_instance_id="other")
    yield join(it, first.member_id, **named)


def static_leaves(it: Ground) -> Script:
    """Members with names leave: by name, by a wrong id, one that is not there."""
    first = yield from enter(it, group_instance_id="i")
    yield sync(
        it,
        first.generation_id,
        first.member_id,
        assignments=shares(first.member_id),
        group_instance_id="i",
    )
    for member_id, name in (("", "other"), ("wrong", "i"), ("", None), ("", "i")):
        row = MemberIdentity(member_id=member_id, group_instance_id=name)
        yield LeaveGroupRequest(group_id=it.name, members=(row,))


def wrong_leaves(it: Ground) -> Script:
    """Somebody leaves who is not in the group, then who is, twice."""
    member, _ = yield from settled(it)
    yield leave(it, "nobody")
    yield leave(it, "")
    yield leave(it, member)
    yield leave(it, member)


def two_leave_at_once(it: Ground) -> Script:
    """Two members are told to leave, of whom one is there."""
    member, _ = yield from settled(it)
    yield leave(it, "nobody", member)
    yield leave(it, member, member)


PROBES = (
    *asking(
        "JoinGroup",
        {
            "unknown-member": lambda it: join(it, "nobody"),
            "no-group-id": lambda it: join(it, group_id=""),
            "session-too-short": lambda it: join(it, session_timeout_ms=1),
            "session-too-long": lambda it: join(it, session_timeout_ms=10**9),
            "session-negative": lambda it: join(it, session_timeout_ms=-1),
            "rebalance-negative": lambda it: join(it, rebalance_timeout_ms=-1),
            "no-protocols": lambda it: join(it, protocols=()),
            "no-protocol-type": lambda it: join(it, protocol_type=""),
            "unknown-member-and-wrong-session": lambda it: join(
                it, "nobody", session_timeout_ms=1
            ),
            "static-with-unknown-member": lambda it: join(
                it, "nobody", group_instance_id="i"
            ),
            "static-with-a-bad-name": lambda it: join(it, group_instance_id="a b"),
            "static-without-a-name": lambda it: join(it, group_instance_id=""),
            "reason": lambda it: join(it, "nobody", reason="why"),
        },
    ),
    *asking(
        "SyncGroup",
        {
            "no-group": lambda it: sync(it, 1, "nobody"),
            "no-group-id": lambda it: sync(it, 1, "nobody", group_id=""),
            "no-member": lambda it: sync(it, 1, ""),
            "static": lambda it: sync(it, 1, "nobody", group_instance_id="i"),
            "protocol": lambda it: sync(
                it, 1, "nobody", protocol_type="consumer", protocol_name="range"
            ),
        },
    ),
    *asking(
        "Heartbeat",
        {
            "no-group": lambda it: heartbeat(it, 1, "nobody"),
            "no-group-id": lambda it: heartbeat(it, 1, "nobody", group_id=""),
            "no-member": lambda it: heartbeat(it, 1, ""),
            "generation-negative": lambda it: heartbeat(it, -1, ""),
            "static": lambda it: heartbeat(it, 1, "nobody", group_instance_id="i"),
        },
    ),
    *asking(
        "LeaveGroup",
        {
            "no-group": lambda it: leave(it, "nobody"),
            "no-group-id": lambda it: LeaveGroupRequest(
                group_id="",
                **({"member_id": "nobody"} if it.version < 3 else {"members": ()}),
            ),
            "no-member": lambda it: leave(it, ""),
            "nobody-leaves": lambda it: LeaveGroupRequest(group_id=it.name, members=()),
            "two-of-no-group": lambda it: LeaveGroupRequest(
                group_id=it.name,
                members=(
                    MemberIdentity(member_id="a"),
                    MemberIdentity(member_id="", group_instance_id="i"),
                ),
            ),
        },
    ),
    Probe("JoinGroup", "alone", alone),
    Probe("JoinGroup", "two", two),
    Probe("JoinGroup", "wrong-joins", wrong_joins),
    Probe("JoinGroup", "static", static, first=5),
    Probe("SyncGroup", "alone", alone),
    Probe("SyncGroup", "two", two),
    Probe("SyncGroup", "wrong-syncs", wrong_syncs),
    Probe("Heartbeat", "between-join-and-sync", between_join_and_sync),
    Probe("Heartbeat", "wrong-heartbeats", wrong_heartbeats),
    Probe("Heartbeat", "static-members", static, first=3),
    Probe("LeaveGroup", "wrong-leaves", wrong_leaves),
    Probe("LeaveGroup", "static-leaves", static_leaves, first=3),
    Probe("LeaveGroup", "two-leave-at-once", two_leave_at_once, first=3),
)
