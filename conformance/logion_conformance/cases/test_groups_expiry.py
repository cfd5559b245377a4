"""Members that fall silent: what is waited for, and for how long.

These cases wait for a broker's shortest session time-out, six seconds by default, and
run once each. A broker that is set to less, as those are that the suite starts, is
judged sooner.
"""

from __future__ import annotations

from functools import partial

import trio
from logion.protocol.errors import Error

from logion_conformance.case import MUST, SHOULD, case, untestable
from logion_conformance.expect import expect, expect_error, expect_wait
from logion_conformance.groups import Member, new_group, start
from logion_conformance.subject import Subject

MEMBERS = {"JoinGroup": "0+", "SyncGroup": "0+", "Heartbeat": "0+"}

SESSION_MS_MIN = 6_000
"""Shortest session time-out of brokers that do not say what theirs is."""

SLACK_MS = 8_000
"""How much later than promised a busy broker may notice."""

LATE_MS = 1_000
"""How much later than its time somebody comes who is to come too late."""

REBALANCE_MS = 500
"""Rebalance time-out of members that are waited for."""


def session_ms_min(broker: Subject) -> int:
    """Return the shortest session time-out that the broker allows; UNTESTABLE if a case
    does not wait for so long."""
    key, limit_s = "group.min.session.timeout.ms", broker.cluster.options.timeout_s
    shortest = broker.number(key, SESSION_MS_MIN)
    if shortest + LATE_MS > limit_s * 1000:
        untestable(
            f"the broker's {key} is {shortest}; a case waits {limit_s:g} s for that "
            "(--patience)"
        )
    return shortest


async def pair(broker: Subject, shortest_ms: int) -> list[Member]:
    """Return two members of a Stable group with the shortest session time-out."""
    group = await new_group(broker)
    members = [await group.member() for _ in range(2)]
    enter = [partial(it.enter, session_timeout_ms=shortest_ms) for it in members]
    await enter[0]()
    await members[0].sync()
    async with trio.open_nursery() as nursery:
        start(nursery, enter[1])
        await members[0].until_rebalance()
        await enter[0]()
    await group.sync(members)
    return members


@case(
    "groups.expiry.silent-member",
    level=MUST,
    cites="Kafka documentation, session.timeout.ms",
    apis=MEMBERS,
)
async def test_a_silent_member_is_removed_after_its_session_timeout(
    broker: Subject,
) -> None:
    """A member from which nothing is heard for its session time-out is out of the
    group; the others hear of it, and go on without it. Heartbeats keep a member in."""
    shortest = session_ms_min(broker)
    alive, silent = await pair(broker, shortest)
    started = trio.current_time()
    await alive.until_rebalance()
    took_s = trio.current_time() - started
    expect_wait(took_s, ms_min=shortest * 0.9, ms_max=shortest + SLACK_MS)
    came = await alive.enter()
    expect("the members", [it.member_id for it in came.members], [alive.member_id])
    await alive.sync()
    expect_error(await silent.heartbeat(), Error.UNKNOWN_MEMBER_ID)


@case(
    "groups.expiry.slow-member",
    level=MUST,
    cites="KIP-62: a member has the rebalance time-out to join again",
    apis={"JoinGroup": "1+", "SyncGroup": "0+", "Heartbeat": "0+"},
)
async def test_a_rebalance_goes_on_without_those_who_do_not_join(
    broker: Subject, version: int
) -> None:
    """A member that does not join the next generation within its rebalance time-out is
    out of the group, whatever its heartbeats."""
    group = await new_group(broker)
    slow, newcomer = [await group.member() for _ in range(2)]
    await slow.enter(rebalance_timeout_ms=REBALANCE_MS)
    await slow.sync()
    started = trio.current_time()
    came = await newcomer.enter(rebalance_timeout_ms=REBALANCE_MS)
    took_s = trio.current_time() - started
    expect_wait(took_s, ms_min=REBALANCE_MS * 0.9, ms_max=REBALANCE_MS + SLACK_MS)
    expect("the leader", came.leader, newcomer.member_id)
    expect("the members", [it.member_id for it in came.members], [newcomer.member_id])
    code = await slow.heartbeat()
    expect_error(code, Error.UNKNOWN_MEMBER_ID)
    expect("the version of JoinGroup", broker.version("JoinGroup"), version)


@case(
    "groups.expiry.unused-id",
    level=SHOULD,
    cites="KIP-394: an id is kept for the session time-out",
    apis={"JoinGroup": "4+", "SyncGroup": "0+", "Heartbeat": "0+"},
)
async def test_an_id_nobody_joins_with_is_forgotten(broker: Subject) -> None:
    """Who was given an id has the session time-out to join with it."""
    shortest = session_ms_min(broker)
    group = await new_group(broker)
    (first,) = await group.stable()
    late = await group.member()
    came = await late.join(session_timeout_ms=shortest)
    expect_error(came.error_code, Error.MEMBER_ID_REQUIRED)
    await trio.sleep(shortest / 2000)
    expect_error(await first.heartbeat(), Error.NONE)
    await trio.sleep((shortest / 2 + LATE_MS) / 1000)
    expect_error((await late.join()).error_code, Error.UNKNOWN_MEMBER_ID)
    expect_error(await first.heartbeat(), Error.NONE)
