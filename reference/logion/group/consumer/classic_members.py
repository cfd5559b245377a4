"""Classic members of a consumer group: JoinGroup to LeaveGroup for them.

Such a member is told of a new target by REBALANCE_IN_PROGRESS. It joins again, saying
what it owns, takes one step towards its target, and fetches what it has by SyncGroup;
its generation is its member epoch, and it is never a leader that divides the work.

Source: KIP-848, "Online Migration of Consumer Groups" and "Classic Protocol".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from logion.cluster.image import ClusterImage
from logion.group.classic.steps import (
    Join,
    JoinAnswer,
    Leaver,
    Sender,
    Sync,
    SyncAnswer,
)
from logion.group.consumer.changes import Draft
from logion.group.consumer.embedded import assignment_bytes, by_id
from logion.group.consumer.heartbeat import stepped, subscribed
from logion.group.consumer.leaving import fenced
from logion.group.consumer.membership import (
    check_room,
    joining,
    member_of,
    speaker_of,
    static_member_of,
)
from logion.group.consumer.migration import downgraded
from logion.group.consumer.reconciliation import is_waiting_for_others
from logion.group.consumer.state import (
    ConsumerGroup,
    Deadline,
    Member,
    MemberState,
    Moment,
    Outcome,
)
from logion.group.consumer.target import update_target
from logion.group.consumer.timing import has_deadline, with_deadline, with_session
from logion.protocol.embedded import CONSUMER, subscription_in
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.messages.consumer_protocol import ConsumerProtocolSubscription
from logion.protocol.messages.group_records import (
    ClassicMemberMetadata,
    ClassicProtocol,
)


def on_join(
    group: ConsumerGroup, request: Join, moment: Moment
) -> tuple[Outcome, JoinAnswer]:
    """Return what the JoinGroup of a classic member leads to, and its answer.

    Raises ApiError and changes nothing: GROUP_MAX_SIZE_REACHED,
    INCONSISTENT_GROUP_PROTOCOL, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID.
    """
    member_id = request.member_id or request.new_member_id
    check_room(group, member_id, moment.settings.size_max)
    _check_protocols(group, request)
    if request.must_have_id and not request.member_id and request.instance_id is None:
        return Outcome(group), JoinAnswer(Error.MEMBER_ID_REQUIRED, member_id)
    subscription = _subscription(request)
    owned = by_id(subscription.owned_partitions, moment.image)
    draft = Draft(group, moment.settings)
    before = _sender(draft, request, member_id)
    is_last_consumer = _is_last_consumer(group, request.instance_id, moment)
    wanted = _wishing(before, request, subscription)
    has_new_subscription = subscribed(draft, wanted, moment)
    if not is_last_consumer:
        update_target(draft, moment)
    if draft.group.target_epoch == draft.group.epoch or not is_last_consumer:
        stepped(
            draft,
            member_id,
            moment,
            owned=owned,
            has_new_subscription=has_new_subscription,
        )
    after = draft.group.members[member_id]
    answer = JoinAnswer(
        Error.NONE, member_id, after.epoch, CONSUMER, _protocol(after), leader=""
    )
    if is_last_consumer:
        return _downgraded(draft, moment), answer
    draft.group = _joined(draft.group, after, moment)
    return draft.outcome(), answer


def on_sync(
    group: ConsumerGroup, request: Sync, moment: Moment
) -> tuple[Outcome, SyncAnswer]:
    """Return what the SyncGroup of a classic member leads to, and its partitions.

    Raises ApiError: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION,
    INCONSISTENT_GROUP_PROTOCOL.
    """
    sender = Sender(request.member_id, request.generation, request.instance_id)
    member = _classic_sender(group, sender)
    if request.protocol_type not in (None, CONSUMER):
        raise _inconsistent(f"protocol type {request.protocol_type}")
    if request.protocol not in (None, _protocol(member)):
        raise _inconsistent(f"protocol {request.protocol}")
    is_behind = group.target_epoch > member.epoch
    if is_behind and member.state is not MemberState.UNREVOKED_PARTITIONS:
        group = _must_join(group, member, moment)
        return Outcome(group), SyncAnswer(Error.REBALANCE_IN_PROGRESS)
    group = with_deadline(group, Deadline.SYNC, member.member_id, None)
    group = with_session(group, member, moment)
    work = _work(member, moment.image)
    answer = SyncAnswer(Error.NONE, work, request.protocol_type, request.protocol)
    return Outcome(group), answer


def on_classic_heartbeat(
    group: ConsumerGroup, sender: Sender, moment: Moment
) -> tuple[Outcome, Error]:
    """Return what the Heartbeat of a classic member leads to, and what to tell it.

    REBALANCE_IN_PROGRESS if it should join again: to catch up, to say that it gave
    partitions up, or to get those that others gave up. Raises ApiError:
    UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION.
    """
    member = _classic_sender(group, sender)
    group = with_session(group, member, moment)
    is_free = (
        member.state is MemberState.UNRELEASED_PARTITIONS
        and not is_waiting_for_others(group, member)
    )
    if (
        member.epoch < group.target_epoch
        or member.state is MemberState.UNREVOKED_PARTITIONS
        or is_free
    ):
        group = _must_join(group, member, moment)
        return Outcome(group), Error.REBALANCE_IN_PROGRESS
    return Outcome(group), Error.NONE


def on_classic_leave(
    group: ConsumerGroup, leavers: tuple[Leaver, ...], moment: Moment
) -> tuple[Outcome, tuple[Error, ...]]:
    """Return what a LeaveGroup leads to, and the error of each who is to leave.

    Members of either protocol leave so: a tool may ask for it.
    """
    leaving: set[str] = set()
    errors: list[Error] = []
    for leaver in leavers:
        try:
            leaving.add(_leaver(group, leaver).member_id)
            errors.append(Error.NONE)
        except ApiError as problem:
            errors.append(problem.error)
    return fenced(group, frozenset(leaving), moment), tuple(errors)


def _leaver(group: ConsumerGroup, leaver: Leaver) -> Member:
    if leaver.instance_id is None:
        return member_of(group, leaver.member_id)
    return static_member_of(group, leaver.instance_id, leaver.member_id or None)


def _sender(draft: Draft, request: Join, member_id: str) -> Member:
    """Return the member that joins, a new one if need be.

    A static member that brings an id must have it already.
    """
    if request.member_id and request.instance_id is not None:
        return static_member_of(draft.group, request.instance_id, member_id)
    return joining(draft, member_id, request.instance_id, is_classic=True)


def _is_last_consumer(
    group: ConsumerGroup, instance_id: str | None, moment: Moment
) -> bool:
    """Tell whether the member that is being replaced was the last consumer member,
    and the group may become classic."""
    old = None if instance_id is None else group.static_member(instance_id)
    if old is None or old.classic is not None:
        return False
    others = (it for it in group.members.values() if it is not old)
    settings = moment.settings
    return (
        all(it.classic is not None for it in others)
        and settings.migration.downgrades
        and len(group.members) <= settings.classic_size_max
    )


def _check_protocols(group: ConsumerGroup, request: Join) -> None:
    """Raise INCONSISTENT_GROUP_PROTOCOL unless all classic members know one of these
    protocols."""
    classic = [it.classic for it in group.members.values() if it.classic is not None]
    known = Counter(
        name for it in classic for name in {p.name for p in it.supported_protocols}
    )
    names = [name for name, _ in request.protocols]
    is_common = any(known[name] == len(classic) for name in names)
    if request.protocol_type != CONSUMER or not is_common:
        member_id = request.member_id or request.new_member_id
        raise ApiError(
            Error.INCONSISTENT_GROUP_PROTOCOL,
            f"Member {member_id}'s protocols are not supported.",
        )


def _subscription(request: Join) -> ConsumerProtocolSubscription:
    try:
        return subscription_in(request.protocols[0][1])
    except ProtocolError as problem:
        raise _inconsistent(f"metadata that is no subscription ({problem})") from None


def _wishing(
    member: Member, request: Join, subscription: ConsumerProtocolSubscription
) -> Member:
    protocols = tuple(
        ClassicProtocol(name=name, metadata=metadata)
        for name, metadata in request.protocols
    )
    timeout_ms = request.rebalance_timeout_ms
    return replace(
        member,
        instance_id=request.instance_id or member.instance_id,
        rack_id=subscription.rack_id or member.rack_id,
        rebalance_timeout_ms=member.rebalance_timeout_ms
        if timeout_ms == -1
        else timeout_ms,
        topic_names=frozenset(subscription.topics),
        topic_pattern="",
        client_id=request.client_id,
        client_host=request.client_host,
        classic=ClassicMemberMetadata(
            session_timeout_ms=request.session_timeout_ms,
            supported_protocols=protocols,
        ),
    )


def _joined(group: ConsumerGroup, member: Member, moment: Moment) -> ConsumerGroup:
    """Return the group with the deadlines of a member that has to sync next."""
    at_ms = moment.now_ms + member.rebalance_timeout_ms
    group = with_deadline(group, Deadline.JOIN, member.member_id, None)
    group = with_deadline(group, Deadline.SYNC, member.member_id, at_ms)
    return with_session(group, member, moment)


def _must_join(group: ConsumerGroup, member: Member, moment: Moment) -> ConsumerGroup:
    """Return the group with the time a member has to join again, if it has none yet."""
    if has_deadline(group, Deadline.JOIN, member.member_id):
        return group
    at_ms = moment.now_ms + member.rebalance_timeout_ms
    return with_deadline(group, Deadline.JOIN, member.member_id, at_ms)


def _downgraded(draft: Draft, moment: Moment) -> Outcome:
    """Return the classic group that remains without the last consumer member."""
    group = draft.group
    must_rebalance = group.target_epoch < group.epoch
    outcome = downgraded(group, frozenset(), moment, must_rebalance=must_rebalance)
    return outcome._replace(records=(*draft.outcome().records, *outcome.records))


def _classic_sender(group: ConsumerGroup, sender: Sender) -> Member:
    member = speaker_of(group, sender.member_id, sender.instance_id)
    if member.classic is None:
        raise ApiError(
            Error.UNKNOWN_MEMBER_ID,
            f"Member {member.member_id} does not use the classic protocol.",
        )
    if member.epoch != sender.generation:
        raise ApiError(
            Error.ILLEGAL_GENERATION,
            f"The request generation id {sender.generation} is not equal to the member"
            f" epoch {member.epoch} of member {member.member_id}.",
        )
    return member


def _protocol(member: Member) -> str:
    assert member.classic is not None, "a member that has just spoken the protocol"
    return member.classic.supported_protocols[0].name


def _work(member: Member, image: ClusterImage) -> bytes:
    assert member.classic is not None, "a member that has just spoken the protocol"
    metadata = member.classic.supported_protocols[0].metadata
    return assignment_bytes(member.assigned, image, metadata)


def _inconsistent(what: str) -> ApiError:
    return ApiError(
        Error.INCONSISTENT_GROUP_PROTOCOL,
        f"{what} where the group's own was expected.",
    )
