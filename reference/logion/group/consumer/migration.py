"""How a group changes its protocol while its members go on.

The first member that joins a classic group of consumers by ConsumerGroupHeartbeat makes
a consumer group of it; its classic members stay and are served by it. When the last
consumer member leaves, it becomes a classic group again.
`group.consumer.migration.policy` says which of both may happen.

Source: KIP-848, "Online Migration of Consumer Groups".
"""

from __future__ import annotations

from dataclasses import replace

from logion.group.classic.state import ClassicGroup, State, selected_protocol
from logion.group.classic.state import Member as ClassicMember
from logion.group.consumer.changes import restored, tombstones
from logion.group.consumer.embedded import (
    assignment_bytes,
    by_id,
)
from logion.group.consumer.state import (
    Assignment,
    ConsumerGroup,
    Downgrade,
    Member,
    Moment,
    Outcome,
    Settings,
)
from logion.group.consumer.subscriptions import seen_now
from logion.group.consumer.timing import with_session
from logion.protocol.embedded import CONSUMER, assignment_in, subscription_in
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.messages.group_records import (
    ClassicMemberMetadata,
    ClassicProtocol,
)


def upgraded(classic: ClassicGroup, moment: Moment) -> Outcome:
    """Return the consumer group that a classic group becomes, with all its records.

    Every member keeps its partitions, in the epoch of the last generation. Raises
    GROUP_ID_NOT_FOUND if the group must stay as it is; the text says why.
    """
    _check_upgrade(classic, moment.settings)
    try:
        members = {
            it.id: _upgraded(classic, it, moment) for it in classic.members.values()
        }
    except ProtocolError as problem:
        raise _stays(
            classic, f"the embedded consumer protocol is malformed: {problem}"
        ) from None
    epoch = classic.generation
    group = ConsumerGroup(
        classic.id,
        epoch=epoch,
        members=members,
        target_epoch=epoch,
        targets={it: frozenset(member.assigned) for it, member in members.items()},
    )
    outcome = restored(seen_now(group, moment), moment.settings)
    group = outcome.group
    for member in group.members.values():
        group = with_session(group, member, moment)
    return outcome._replace(group=group)


def may_downgrade(
    group: ConsumerGroup, leaving: frozenset[str], settings: Settings
) -> bool:
    """Tell whether the group becomes a classic one once these members are gone."""
    staying = [it for key, it in group.members.items() if key not in leaving]
    return (
        0 < len(staying) <= settings.classic_size_max
        and _have_common_protocol([it.classic for it in staying])
        and settings.migration.downgrades
    )


def downgraded(
    group: ConsumerGroup,
    leaving: frozenset[str],
    moment: Moment,
    *,
    must_rebalance: bool = True,
) -> Outcome:
    """Return the classic group that a consumer group becomes without these members.

    Each of the others, which all speak the classic protocol, has what it was to have.
    """
    members = {
        key: _downgraded(it, moment)
        for key, it in group.members.items()
        if key not in leaving
    }
    classic = ClassicGroup(
        group.group_id,
        State.STABLE,
        moment.time_ms,
        group.epoch,
        CONSUMER,
        leader=next(iter(members)),
        members=members,
    )
    classic = _divided(classic, group, moment)
    return Outcome(group, tombstones(group), Downgrade(classic, must_rebalance))


def _check_upgrade(classic: ClassicGroup, settings: Settings) -> None:
    if not settings.migration.upgrades:
        raise _stays(classic, "online upgrade is disabled")
    if classic.protocol_type != CONSUMER:
        raise _stays(classic, "it does not use the consumer embedded protocol")
    if len(classic.members) > settings.size_max:
        raise _stays(classic, "its size exceeds the consumer group maximum size")


def _have_common_protocol(members: list[ClassicMemberMetadata | None]) -> bool:
    """Tell whether all are classic members that know one and the same protocol.

    Nobody is taken in otherwise; but a damaged record may say so.
    """
    known = [set() if it is None else _names(it) for it in members]
    return bool(set.intersection(*known))


def _names(member: ClassicMemberMetadata) -> set[str]:
    return {it.name for it in member.supported_protocols}


def _stays(classic: ClassicGroup, why: str) -> ApiError:
    return ApiError(
        Error.GROUP_ID_NOT_FOUND,
        f"Cannot upgrade classic group {classic.id} to consumer group because {why}.",
    )


def _upgraded(classic: ClassicGroup, member: ClassicMember, moment: Moment) -> Member:
    """Return a classic member as one of a consumer group; it speaks as it did."""
    protocol = classic.protocol
    if protocol is None or protocol not in member.names:
        protocol = member.protocols[0][0]
    subscription = subscription_in(member.metadata(protocol))
    epoch = classic.generation
    return Member(
        member.id,
        epoch=epoch,
        previous_epoch=epoch,
        instance_id=member.instance_id,
        rack_id=subscription.rack_id or None,
        rebalance_timeout_ms=member.rebalance_timeout_ms,
        client_id=member.client_id,
        client_host=member.client_host,
        topic_names=frozenset(subscription.topics),
        assigned=dict.fromkeys(sorted(_had(classic, member, moment)), epoch),
        classic=ClassicMemberMetadata(
            session_timeout_ms=member.session_timeout_ms,
            supported_protocols=tuple(
                ClassicProtocol(name=name, metadata=metadata)
                for name, metadata in member.protocols
            ),
        ),
    )


def _had(classic: ClassicGroup, member: ClassicMember, moment: Moment) -> Assignment:
    """Return the partitions of a classic member; an assignor of its own has none."""
    assignment = assignment_in(member.assignment)
    if assignment.user_data:
        raise _stays(
            classic,
            "an unsupported custom assignor is in use. Please refer to the"
            " documentation or switch to a default assignor before re-attempting the"
            " upgrade",
        )
    return by_id(assignment.assigned_partitions, moment.image)


def _downgraded(member: Member, moment: Moment) -> ClassicMember:
    """Return a member as one of a classic group; it has no work yet."""
    assert member.classic is not None, (
        "a consumer member cannot stay in a classic group"
    )
    session_ms = member.classic.session_timeout_ms
    return ClassicMember(
        member.member_id,
        member.instance_id,
        member.client_id,
        member.client_host,
        session_ms,
        member.rebalance_timeout_ms,
        tuple((it.name, it.metadata) for it in member.classic.supported_protocols),
        deadline_ms=moment.now_ms + session_ms,
    )


def _divided(
    classic: ClassicGroup, group: ConsumerGroup, moment: Moment
) -> ClassicGroup:
    """Return the classic group with its members' targets as their work."""
    protocol = selected_protocol(classic)
    for member in classic.members.values():
        work = assignment_bytes(
            group.target_of(member.id), moment.image, member.metadata(protocol)
        )
        classic = classic.with_member(replace(member, assignment=work))
    return replace(classic, protocol=protocol)
