"""Every client consumes in groups; what the members told is checked by rules.

`LOGION_INTEGRATION_TARGET=apache` runs the same stories on Apache Kafka. A client's
assignors take turns between the stories, to be quick, and of the Java clients only the
oldest and the newest tell each story; `LOGION_GROUPS=all`, which `make verify` sets,
has each story told with all of them at once, each for a group of its own, and more old
releases.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from logion.testing import Broker as Embedded

from tests.effort import usually
from tests.integration import brokers
from tests.integration.clients_table import CLIENTS, Client, client_named
from tests.integration.groups import (
    HEARTBEAT_MS,
    PATIENT_MS,
    QUICK_MS,
    Feed,
    Group,
    for_all,
    settings_for,
)
from tests.integration.members import Member, Members, wait_until
from tests.integration.test_clients import LAST_OF_THE_OLD_VERSIONS

ALL = os.environ.get("LOGION_GROUPS") == "all"
OLD_RELEASES = ("0.9.0", "0.10.0", "0.11.0", "2.8", "3.9")
ROUND = 5
"""Records in each partition between two things that happen."""

BETWEEN = ("java-2.8.2", "java-3.9.1")
"""Clients that tell each story in `make verify` alone."""

MIXED = {
    "range": ("confluent-kafka", "kafka-python", "java-3.9.1"),
    "roundrobin": ("aiokafka", "sarama", "kcat"),
    "cooperative-sticky": ("confluent-kafka", "java-4.3.0", "franz-go"),
    "consumer:uniform": ("confluent-kafka", "java-4.3.0", "franz-go"),
}
"""Three clients in one group, by the assignor on which they agree."""


def newest_for(client: Client) -> str:
    """Return the newest broker release that a client speaks to."""
    new = client.speaks_to(brokers.NEWEST)
    return brokers.NEWEST if new else LAST_OF_THE_OLD_VERSIONS


def broker_of(
    release: str, home: Path, session_ms: int = PATIENT_MS
) -> AbstractContextManager[brokers.Broker]:
    """Run a broker with quick groups."""
    settings = settings_for(release, session_ms)
    return brokers.target(home, release=release, settings=settings)


def taken_of(assignors: tuple[str, ...], turns: slice) -> tuple[str, ...]:
    """Return the assignors whose turn it is in a story, or all of them."""
    if ALL:
        return assignors
    size = len(assignors)
    taken = {index % size for index in range(turns.start, turns.stop)}
    return tuple(assignors[index] for index in sorted(taken))


def groups_of(
    assignors: tuple[str, ...],
    feed: Feed,
    members: Members,
    turns: slice,
    **options: Any,
) -> list[Group]:
    """Return a group on the feed for each assignor whose turn it is in a story."""
    return [
        Group(f"{feed.topic}-{it.replace(':', '-')}", feed, members, (it,), **options)
        for it in taken_of(assignors, turns)
    ]


def restart(broker: brokers.Broker, *, cleanly: bool) -> None:
    """Stop a broker or kill it, and start it again on its folder and port."""
    if cleanly:
        broker.stop()
    else:
        broker.kill()
    broker.start()


def is_usual(client: Client) -> bool:
    """Whether a client tells each story in `make test`."""
    return client.name not in BETWEEN


def name_of(client: Client) -> str:
    """Return a client's name for a test's id."""
    return client.name


@pytest.mark.parametrize("client", usually(CLIENTS, is_usual), ids=name_of)
def test_members_come_go_and_die_and_each_record_is_told_once(
    client: Client, members: Members, tmp_path: Path
) -> None:
    release = newest_for(client)
    with broker_of(release, tmp_path, QUICK_MS) as broker:
        feed = Feed(broker.bootstrap, f"life-{client.name}", release)
        assignors = client.assignors_for(release)
        groups = groups_of(assignors, feed, members, slice(1, 3), session_ms=QUICK_MS)
        members.warm(client, 3 * len(groups))
        feed.send(ROUND)
        for_all(groups, lambda it: it.join(client), lambda it: it.join(client))
        for_all(groups, Group.settle, Group.get_all, Group.check_protocol)
        for_all(groups, lambda it: it.join(client))
        feed.send(ROUND)
        for_all(groups, Group.settle, Group.get_all)
        for_all(groups, lambda it: it.present[0].leave())
        feed.send(ROUND)
        for_all(groups, Group.settle, Group.get_all, Group.commit)
        for_all(groups, lambda it: it.present[0].kill())
        feed.send(ROUND)
        for_all(groups, Group.settle, Group.get_all, Group.leave, Group.check)


@pytest.mark.parametrize("client", usually(CLIENTS, is_usual), ids=name_of)
def test_groups_go_on_over_a_stop_and_a_kill_of_the_broker_from_what_was_committed(
    client: Client, members: Members, tmp_path: Path
) -> None:
    release = newest_for(client)
    commits = "asked" if client.commits_when_asked else "revoked"
    with broker_of(release, tmp_path) as broker:
        feed = Feed(broker.bootstrap, f"restarts-{client.name}", release)
        assignors = client.assignors_for(release)
        groups = groups_of(assignors, feed, members, slice(3, 4), commits=commits)
        feed.send(ROUND)
        for_all(groups, lambda it: it.join(client), lambda it: it.join(client))
        for_all(groups, Group.settle, Group.get_all, Group.commit)
        for cleanly in (True, False):
            restart(broker, cleanly=cleanly)
            feed.send(ROUND)
            for_all(groups, Group.settle, Group.get_all, Group.commit)
        committed = dict(feed.ends)
        feed.send(ROUND)
        for_all(groups, Group.get_all, Group.leave)
        restart(broker, cleanly=False)
        newcomers = [group.join(client) for group in groups]
        feed.send(ROUND)
        wait_until(
            lambda: all(it.log.has_reached(feed.ends) for it in newcomers),
            newcomers,
            "the newcomers to read to the end",
        )
        for_all(groups, Group.leave, Group.check)
        if client.commits_when_asked:
            assert [it.log.first_offsets() for it in newcomers] == [committed] * len(
                groups
            )


COMMITTING = [it for it in CLIENTS if it.commits_when_asked]


@pytest.mark.parametrize("client", COMMITTING, ids=name_of)
def test_what_a_member_says_is_committed_is_although_it_was_refused_at_first(
    client: Client, members: Members
) -> None:
    release = newest_for(client)
    refusal = {"api": "OffsetCommit", "error": "COORDINATOR_LOAD_IN_PROGRESS"}
    with Embedded(release=release, config=settings_for(release)) as broker:
        feed = Feed(broker.bootstrap, "refused", release)
        group = Group("refused", feed, members, client.assignors[:1])
        feed.send(ROUND)
        broker.faults.add(refusal)
        group.join(client)
        for_all([group], Group.settle, Group.get_all, Group.commit)
        assert len(broker.faults.fired()) == 1
        (found,) = broker.inspect().groups
        told = {(it.topic, it.partition): at for it, at in found.offsets.items()}
        assert {place: at.offset for place, at in told.items()} == feed.ends
        group.leave()


def go_and_come_back(group: Group, go: Callable[[Member], None]) -> None:
    """Have the last static member go and come back; it must get what it had."""
    member = group.present[-1]
    had = member.own
    go(member)
    again = group.join(member.process.client, "b")
    wait_until(lambda: again.own == had, [again], f"{again.name} to get {had}")


STATIC = [it for it in CLIENTS if it.static]


@pytest.mark.parametrize("client", usually(STATIC, is_usual), ids=name_of)
def test_a_static_member_comes_back_to_its_partitions_and_the_others_notice_nothing(
    client: Client, members: Members, tmp_path: Path
) -> None:
    release = newest_for(client)
    with broker_of(release, tmp_path) as broker:
        feed = Feed(broker.bootstrap, f"static-{client.name}", release)
        assignors = client.static_assignors_for(release)
        groups = groups_of(assignors, feed, members, slice(4, 5))
        feed.send(ROUND)
        for_all(
            groups, lambda it: it.join(client, "a"), lambda it: it.join(client, "b")
        )
        for_all(groups, Group.settle, Group.get_all, Group.commit, Group.check_protocol)
        told = [len(group.all[0].log.changes()) for group in groups]
        for group in groups:
            go_and_come_back(group, Member.leave)
        feed.send(ROUND)
        for_all(groups, Group.get_all, Group.commit)
        for group in groups:
            if not group.is_server_side:  # there it has to wait until it has expired
                go_and_come_back(group, Member.kill)
        feed.send(ROUND)
        for_all(groups, Group.get_all, Group.commit)
        assert [len(group.all[0].log.changes()) for group in groups] == told
        for_all(groups, Group.leave, Group.check)


@pytest.mark.parametrize(
    "client", [it for it in CLIENTS if not it.leaves_by_name], ids=name_of
)
def test_a_static_member_that_leaves_without_its_name_keeps_it_until_its_session_ends(
    client: Client, members: Members, tmp_path: Path
) -> None:
    release = newest_for(client)
    with broker_of(release, tmp_path, QUICK_MS) as broker:
        feed = Feed(broker.bootstrap, f"nameless-{client.name}", release)
        feed.send(ROUND)
        group = Group("nameless", feed, members, ("consumer:uniform",))
        member = group.join(client, "b")
        for_all([group], Group.settle, Group.get_all)
        go_and_come_back(group, Member.leave)
        left, came = member.log.events[-1], group.present[0].log.changes()[0]
        assert came["at"] - left["at"] > (QUICK_MS - 2 * HEARTBEAT_MS) / 1000


@pytest.mark.parametrize(("assignor", "names"), MIXED.items(), ids=list(MIXED))
def test_clients_share_a_group_where_they_agree_on_the_assignor(
    assignor: str, names: tuple[str, ...], members: Members, tmp_path: Path
) -> None:
    with broker_of(brokers.NEWEST, tmp_path) as broker:
        feed = Feed(broker.bootstrap, "mixed", brokers.NEWEST)
        group = Group("mixed", feed, members, (assignor,))
        for name in names:
            feed.send(ROUND)
            group.join(client_named(name))
            for_all([group], Group.settle, Group.get_all, Group.check_protocol)
        while group.present:
            group.present[0].leave()
            if group.present:
                feed.send(ROUND)
                for_all([group], Group.settle, Group.get_all)
        group.check()


@pytest.mark.parametrize("release", OLD_RELEASES if ALL else OLD_RELEASES[:2])
def test_clients_consume_in_groups_of_old_releases(
    release: str, members: Members, tmp_path: Path
) -> None:
    clients = [
        each for each in CLIENTS if each.joins(release) and (ALL or is_usual(each))
    ]
    with broker_of(release, tmp_path) as broker:
        feed = Feed(broker.bootstrap, "old", release)
        groups = {
            client.name: Group(
                f"old-{client.name}", feed, members, client.assignors[:1]
            )
            for client in clients
        }
        feed.send(ROUND)
        # One after the other: two of kafka-python that begin together without the
        # topic's metadata, as they do with Metadata v1, stop at times for ever after a
        # SyncGroup that was answered.
        for _ in range(2):
            for client in clients:
                groups[client.name].join(client)
            for_all(groups.values(), Group.settle, Group.get_all)
        for_all(groups.values(), lambda it: it.present[0].leave())
        feed.send(ROUND)
        for_all(groups.values(), Group.settle, Group.get_all, Group.commit)
        restart(broker, cleanly=False)
        feed.send(ROUND)
        for_all(groups.values(), Group.get_all, Group.leave, Group.check)
