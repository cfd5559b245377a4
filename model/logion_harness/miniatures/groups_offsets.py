"""Committed offsets: who may commit, what is fetched, what is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logion.group.classic.state import ClassicGroup, State
from logion.group.classic.steps import Sender, Step
from logion.names import TopicPartition
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

COMMITTING = "logion.group.committing"
FETCHING = "logion.broker.handlers.offset_fetch"

FETCHED = "groups.topics.partitions"
"""Where answers to OffsetFetch have partitions, from version 8 on."""


class _Everything(tuple[TopicPartition, ...]):
    """A collection of all partitions there might be."""

    __slots__ = ()

    def __contains__(self, _: object) -> bool:
        return True


def from_anybody(on_commit: Callable[..., Step]) -> Callable[..., Step]:
    """Let anybody commit to a group with members who names no generation."""

    def wrong(group: ClassicGroup, sender: Sender, *more: Any) -> Step:
        if sender.generation < 0:
            return Step(group)
        return on_commit(group, sender, *more)

    return wrong


def not_while_gathering(on_commit: Callable[..., Step]) -> Callable[..., Step]:
    """Let nobody commit while the next generation gathers."""

    def wrong(group: ClassicGroup, *more: Any) -> Step:
        if group.state is State.PREPARING:
            return Step(group, error=Error.REBALANCE_IN_PROGRESS)
        return on_commit(group, *more)

    return wrong


def of_all_groups(committed: Callable[..., Any]) -> Callable[..., Any]:
    """Fetch what any group has committed."""

    def wrong(groups: Any, *given: Any) -> Any:
        found = dict(committed(groups, *given))
        for _, cell in groups.cells():
            found = {**cell.offsets, **found}
        return found

    return wrong


def without_those_that_end(committed: Callable[..., Any]) -> Callable[..., Any]:
    """Fetch no offset that says itself until when it is kept."""

    def wrong(*given: Any) -> Any:
        found = committed(*given)
        return {at: it for at, it in found.items() if it.expire_ms is None}

    return wrong


def without_members(committed: Callable[..., Any]) -> Callable[..., Any]:
    """Fetch nothing as long as a group has members."""

    def wrong(groups: Any, group_id: str, *more: Any) -> Any:
        _, cell = groups.find(group_id)
        has_members = cell is not None and cell.classic.members
        return {} if has_members else committed(groups, group_id, *more)

    return wrong


MINIATURES = (
    Miniature(
        "forgets-what-was-said",
        "fetches offsets without the metadata that they were committed with",
        ("committed.commit.simple",),
        tells("OffsetFetch", f"{FETCHED}.metadata", always("")),
    ),
    Miniature(
        "tells-none-for-no-text",
        "fetches a text for offsets that were committed without",
        ("committed.commit.metadata-null", "committed.fetch.never"),
        tells("OffsetFetch", f"{FETCHED}.metadata", lambda it: it or "none"),
    ),
    Miniature(
        "keeps-all-offsets-in-one-place",
        "fetches offsets as if version 0 kept them where the others do",
        ("committed.commit.zookeeper",),
        unsaid("OffsetFetch", Error.UNKNOWN_TOPIC_OR_PARTITION),
        release="0.10.0",
    ),
    Miniature(
        "takes-long-stories",
        "says that metadata is stored which is too long",
        ("committed.commit.partitions",),
        unsaid("OffsetCommit", Error.OFFSET_METADATA_TOO_LARGE),
    ),
    Miniature(
        "commits-unknown-partitions",
        "says that an offset of a partition which is not there is committed",
        ("committed.commit.unknown-partition",),
        unsaid("OffsetCommit", Error.UNKNOWN_TOPIC_OR_PARTITION),
    ),
    Miniature(
        "commits-unknown-topics",
        "says that an offset of a topic which is not there is committed",
        ("committed.commit.unknown-topic",),
        unsaid("OffsetCommit", Error.UNKNOWN_TOPIC_ID),
    ),
    Miniature(
        "forgets-epochs",
        "fetches offsets without the leader epoch that they were committed with",
        ("committed.commit.leader-epoch",),
        tells("OffsetFetch", f"{FETCHED}.committed_leader_epoch", always(-1)),
    ),
    Miniature(
        "commits-for-old-generations",
        "says that members of another generation have committed",
        ("committed.commit.member", "committed.commit.gathering"),
        unsaid("OffsetCommit", Error.ILLEGAL_GENERATION),
    ),
    Miniature(
        "commits-for-strangers",
        "says that somebody has committed who is no member",
        ("committed.commit.member", "committed.commit.after-leave"),
        unsaid("OffsetCommit", Error.UNKNOWN_MEMBER_ID),
    ),
    Miniature(
        "commits-for-groups-unheard-of",
        "says that a member of a group which is not there has committed",
        ("committed.commit.no-such-group",),
        unsaid("OffsetCommit", Error.GROUP_ID_NOT_FOUND),
    ),
    Miniature(
        "takes-offsets-from-anybody",
        "lets anybody commit to a group with members",
        ("committed.commit.simple-to-active",),
        swapped(f"{COMMITTING}:on_commit", from_anybody),
    ),
    Miniature(
        "has-no-time-for-last-words",
        "lets no member commit while the next generation gathers",
        ("committed.commit.gathering",),
        swapped(f"{COMMITTING}:on_commit", not_while_gathering),
    ),
    Miniature(
        "commits-before-the-work",
        "says that members have committed which have no assignment yet",
        ("committed.commit.unsynced",),
        unsaid("OffsetCommit", Error.REBALANCE_IN_PROGRESS),
    ),
    Miniature(
        "drops-what-ends",
        "forgets offsets at once that say how long they are to be kept",
        ("committed.commit.retention",),
        swapped(f"{FETCHING}:committed_offsets", without_those_that_end),
    ),
    Miniature(
        "mixes-groups",
        "fetches what another group has committed",
        ("committed.commit.two-groups",),
        swapped(f"{FETCHING}:committed_offsets", of_all_groups),
    ),
    Miniature(
        "begins-at-zero",
        "fetches offset 0 where nothing was committed",
        ("committed.fetch.never", "committed.delete"),
        tells("OffsetFetch", f"{FETCHED}.committed_offset", lambda it: max(0, it)),
    ),
    Miniature(
        "fetches-of-unknown-topics",
        "has no error for the offsets of a topic id that nobody knows",
        ("committed.fetch.unknown-topic",),
        unsaid("OffsetFetch", Error.UNKNOWN_TOPIC_ID),
    ),
    Miniature(
        "takes-all-for-none",
        "fetches nothing for a group of which all is asked for",
        ("committed.fetch.all", "committed.fetch.groups"),
        hears("OffsetFetch", "groups.topics", lambda topics: topics or ()),
    ),
    Miniature(
        "fetches-for-one-group",
        "fetches the offsets of the first of several groups",
        ("committed.fetch.groups",),
        hears("OffsetFetch", "groups", lambda groups: groups[:1]),
    ),
    Miniature(
        "sees-transactions-everywhere",
        "has who asks for stable offsets wait where no transaction is open",
        ("committed.fetch.stable",),
        swapped(f"{FETCHING}:unstable_offsets", instead(_Everything())),
    ),
    Miniature(
        "keeps-offsets-of-members-secret",
        "fetches nothing while a group has members",
        ("committed.fetch.of-members",),
        swapped(f"{FETCHING}:committed_offsets", without_members),
    ),
    Miniature(
        "forgets-nothing",
        "says that offsets are deleted which stay as they are",
        ("committed.delete", "committed.delete.subscribed"),
        swapped(f"{COMMITTING}:_forget", instead(None)),
    ),
    Miniature(
        "deletes-offsets-of-no-group",
        "says that offsets of a group which is not there are deleted",
        ("committed.delete.no-group",),
        unsaid("OffsetDelete", Error.GROUP_ID_NOT_FOUND),
    ),
    Miniature(
        "deletes-offsets-in-use",
        "deletes offsets of topics that members of the group read",
        ("committed.delete.subscribed", "committed.delete.not-consumers"),
        swapped(f"{COMMITTING}:_topics_in_use", instead(())),
    ),
)
