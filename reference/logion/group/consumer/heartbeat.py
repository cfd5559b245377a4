"""ConsumerGroupHeartbeat: join, stay, leave; the one request of a consumer member.

A heartbeat does three things: it stores what the member wants, has the target made anew
if that calls for it, and takes the member one step towards its target.

Source: KIP-848, "ConsumerGroupHeartbeat API"; KIP-1082 for the member ids of version 1.
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.consumer.changes import Draft, by_topic
from logion.group.consumer.leaving import fenced, left_for_a_while
from logion.group.consumer.membership import (
    check_epoch,
    check_room,
    joining,
    speaker_of,
)
from logion.group.consumer.patterns import Pattern
from logion.group.consumer.reconciliation import reconciled
from logion.group.consumer.state import (
    JOIN_EPOCH,
    LEAVE_FOR_A_WHILE_EPOCH,
    Assignment,
    Client,
    ConsumerGroup,
    Epochs,
    Member,
    Moment,
    Outcome,
    TopicIdPartition,
)
from logion.group.consumer.subscriptions import (
    topics_of,
    update_metadata,
    update_patterns,
)
from logion.group.consumer.target import update_target
from logion.group.consumer.timing import with_rebalance, with_session
from logion.protocol.errors import Error
from logion.protocol.messages.consumer_group_heartbeat import (
    Assignment as WireAssignment,
)
from logion.protocol.messages.consumer_group_heartbeat import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)


def on_heartbeat(
    group: ConsumerGroup,
    request: ConsumerGroupHeartbeatRequest,
    client: Client,
    moment: Moment,
) -> tuple[Outcome, ConsumerGroupHeartbeatResponse]:
    """Return what a heartbeat that joins or stays leads to, and its answer.

    The request has a member id, and has passed `check_heartbeat`. Raises ApiError
    and changes nothing: GROUP_MAX_SIZE_REACHED, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
    UNRELEASED_INSTANCE_ID, FENCED_MEMBER_EPOCH, INVALID_REGULAR_EXPRESSION.
    """
    check_room(group, request.member_id, moment.settings.size_max)
    owned = _owned(request)
    draft = Draft(group, moment.settings)
    before = _sender(draft, request, owned)
    after = advanced(draft, _wishing(before, request, client), moment, owned=owned)
    draft.group = with_session(draft.group, after, moment)
    has_news = before.assigned.keys() != after.assigned.keys()
    is_told = request.member_epoch == JOIN_EPOCH or _is_full(request) or has_news
    return draft.outcome(), ConsumerGroupHeartbeatResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        member_id=after.member_id,
        member_epoch=after.epoch,
        heartbeat_interval_ms=moment.settings.heartbeat_interval_ms,
        assignment=_told(after.assigned) if is_told else None,
    )


def on_leave(
    group: ConsumerGroup, request: ConsumerGroupHeartbeatRequest, moment: Moment
) -> tuple[Outcome, ConsumerGroupHeartbeatResponse]:
    """Return what a heartbeat that leaves (epoch -1 or -2) leads to, and its answer.

    Raises UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID for one that is no member.
    """
    member = speaker_of(group, request.member_id, request.instance_id)
    is_static = request.instance_id is not None
    if is_static and request.member_epoch == LEAVE_FOR_A_WHILE_EPOCH:
        outcome = left_for_a_while(group, member, moment)
    else:
        outcome = fenced(group, frozenset({member.member_id}), moment)
    return outcome, ConsumerGroupHeartbeatResponse(
        throttle_time_ms=0,
        error_code=Error.NONE,
        member_id=request.member_id,
        member_epoch=request.member_epoch,
        heartbeat_interval_ms=0,
    )


def advanced(
    draft: Draft, wanted: Member, moment: Moment, *, owned: Assignment | None
) -> Member:
    """Store what a member wants, renew the target, and take the member one step.

    Returns the member after it; it is stored as well. Raises
    INVALID_REGULAR_EXPRESSION, and FENCED_MEMBER_EPOCH as `reconciled` does.
    """
    has_new_subscription = subscribed(draft, wanted, moment)
    update_target(draft, moment)
    return stepped(
        draft,
        wanted.member_id,
        moment,
        owned=owned,
        has_new_subscription=has_new_subscription,
    )


def subscribed(draft: Draft, wanted: Member, moment: Moment) -> bool:
    """Store who a member is and what it wants; the group's epoch rises with it.

    Returns whether it wants something else than before. Raises
    INVALID_REGULAR_EXPRESSION.
    """
    known = draft.group.members.get(wanted.member_id)
    before = known or Member(wanted.member_id)
    has_new_pattern = wanted.topic_pattern != before.topic_pattern
    if has_new_pattern and wanted.topic_pattern:
        Pattern(wanted.topic_pattern)
    if wanted != known:
        draft.write_member(wanted)
    is_new = has_new_pattern or wanted.topic_names != before.topic_names
    is_first = not draft.group.epoch
    has_changed = update_patterns(draft, moment) or is_new or is_first
    if has_changed or draft.group.image_seen is not moment.image:
        update_metadata(draft, moment, has_changed=has_changed)
        draft.group = replace(draft.group, image_seen=moment.image)
    return is_new


def stepped(
    draft: Draft,
    member_id: str,
    moment: Moment,
    *,
    owned: Assignment | None,
    has_new_subscription: bool,
) -> Member:
    """Take a member one step towards its target; returns it afterwards."""
    group = draft.group
    member = group.members[member_id]
    if not has_new_subscription and member.is_reconciled_to(group.target_epoch):
        return member
    after = reconciled(
        group,
        member,
        group.target_of(member_id),
        subscribed=topics_of(group, member, moment.image),
        owned=owned,
        has_new_subscription=has_new_subscription,
    )
    if after != member:
        draft.write_current(after)
        if after.classic is None:
            draft.group = with_rebalance(draft.group, after, moment)
    return draft.group.members[member_id]


def _sender(
    draft: Draft, request: ConsumerGroupHeartbeatRequest, owned: Assignment | None
) -> Member:
    """Return the member that sends the request, a new one if it joins."""
    member_id, instance_id = request.member_id, request.instance_id
    if request.member_epoch == JOIN_EPOCH:
        return joining(draft, member_id, instance_id, is_classic=False)
    member = speaker_of(draft.group, member_id, instance_id)
    check_epoch(member, request.member_epoch, owned)
    return member


def _wishing(
    member: Member, request: ConsumerGroupHeartbeatRequest, client: Client
) -> Member:
    """Return the member with what its request says; what it leaves out stays."""
    names, pattern = request.subscribed_topic_names, request.subscribed_topic_regex
    timeout_ms = request.rebalance_timeout_ms
    return replace(
        member,
        instance_id=request.instance_id or member.instance_id,
        rack_id=request.rack_id or member.rack_id,
        rebalance_timeout_ms=member.rebalance_timeout_ms
        if timeout_ms == -1
        else timeout_ms,
        server_assignor=request.server_assignor or member.server_assignor,
        topic_names=member.topic_names if names is None else frozenset(names),
        topic_pattern=member.topic_pattern if pattern is None else pattern,
        client_id=client.id,
        client_host=client.host,
        classic=None,
    )


def _owned(request: ConsumerGroupHeartbeatRequest) -> Assignment | None:
    if request.topic_partitions is None:
        return None
    return frozenset(
        TopicIdPartition(it.topic_id, partition)
        for it in request.topic_partitions
        for partition in it.partitions
    )


def _is_full(request: ConsumerGroupHeartbeatRequest) -> bool:
    """Tell whether a member says everything: it wants to be told everything, too."""
    names, pattern = request.subscribed_topic_names, request.subscribed_topic_regex
    return (
        request.rebalance_timeout_ms != -1
        and (names is not None or pattern is not None)
        and request.topic_partitions is not None
    )


def _told(assigned: Epochs) -> WireAssignment:
    topics = tuple(
        TopicPartitions(topic_id=topic_id, partitions=partitions)
        for topic_id, partitions in by_topic(assigned).items()
    )
    return WireAssignment(topic_partitions=topics)
