"""One partition, its replicas, and a controller that remembers nothing but the quorum.

The shape follows the TLA+ specifications that the authors of KIP-279 and KIP-320 used:
every LeaderAndIsr request ever sent is kept and may be applied at any time, which
is loss, delay, duplication and reordering in one. A replica believes what it was last
told; the truth about leader and ISR stands in the quorum (the ZooKeeper role) and
changes atomically.

A variant is a `Rules` value: where a new follower truncates its log, and how replicas
fence each other. Everything else is here, once.

Offsets count from 0; an *end offset* is one past the last record. A replica is known by
its index in `State.replicas`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

Isr: TypeAlias = frozenset[int]

NO_EPOCH = -1


class Scope(NamedTuple):
    """How large a world to explore."""

    replicas: int
    log_size: int
    """Records that fit in one log."""
    records: int
    """Records that producers write in all."""
    epochs: int
    """Highest leader epoch: there are `epochs + 1` elections and ISR changes."""

    def __str__(self) -> str:
        """Return it as it is typed: `2,2,2,1`."""
        return ",".join(map(str, self))


class Entry(NamedTuple):
    """A record in a log: which record, and the epoch of the leader that took it."""

    record: int
    epoch: int


class Assignment(NamedTuple):
    """Who leads, since which epoch, with which ISR: a request, or the truth."""

    leader: int | None
    epoch: int
    isr: Isr


class Replica(NamedTuple):
    """One broker's log and what it believes about the partition."""

    log: tuple[Entry, ...] = ()
    high_watermark: int = 0
    epoch: int = NO_EPOCH
    leader: int | None = None
    isr: Isr = frozenset()

    @property
    def end_offset(self) -> int:
        """Return the offset that the next record will get."""
        return len(self.log)


class State(NamedTuple):
    """The whole world."""

    replicas: tuple[Replica, ...]
    next_record: int
    next_epoch: int
    requests: tuple[Assignment, ...]
    """Every LeaderAndIsr request ever sent, oldest first."""
    quorum: Assignment
    """The truth that the controller and the true leader change atomically."""


Steps: TypeAlias = Iterator[tuple[Action, State]]


def may(*_: object) -> bool:
    """Return True of anything."""
    return True


def is_following(state: State, leader: int, follower: int) -> bool:
    """Return whether `follower` believes in `leader`, in whatever epoch."""
    return state.replicas[follower].leader == leader


def is_caught_up(state: State, leader: int, follower: int, end_offset: int) -> bool:
    """Return whether a follower of `leader` has what it has below `end_offset`.

    Only the last offset is looked at, and not its epoch: that is all a broker knew.
    """
    if not is_following(state, leader, follower):
        return False
    ends = (state.replicas[r].end_offset for r in (leader, follower))
    return end_offset == 0 or min(ends) >= end_offset


def _has_offset(state: State, leader: int, follower: int) -> bool:
    """Return whether `follower` follows and has the leader's next offset to commit."""
    offset = state.replicas[leader].high_watermark
    return (
        is_following(state, leader, follower)
        and state.replicas[follower].end_offset > offset
    )


def _lags(state: State, leader: int, follower: int) -> bool:
    end_offset = state.replicas[leader].end_offset
    return not is_caught_up(state, leader, follower, end_offset)


def _has_committed(state: State, leader: int, follower: int) -> bool:
    end_offset = state.replicas[leader].high_watermark
    return is_caught_up(state, leader, follower, end_offset)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a protocol variant decides; the defaults are those of Kafka 0.8 to 0.10.

    Each predicate takes (state, leader, follower).
    """

    name: str
    title: str
    source: str
    truncation_point: Callable[[State, int, int], int]
    """Offset to which a follower cuts its log; it stays away if it is above its end."""
    may_follow: Callable[[State, Assignment], bool] = may
    """Whether a follower may act on this request now, given its leader's state."""
    may_fetch: Callable[[State, int, int], bool] = is_following
    """Whether the leader answers this follower's fetch."""
    has_next: Callable[[State, int, int], bool] = _has_offset
    """Whether, for the leader, this ISR member has the record at its high watermark."""
    lags: Callable[[State, int, int], bool] = _lags
    """Whether the leader may drop this follower from the ISR."""
    may_join: Callable[[State, int, int], bool] = _has_committed
    """Whether the leader may admit this follower to the ISR."""
    truncate_later: Callable[[State, int, int], bool] | None = None
    """Set when followers truncate in a step of their own, while they fetch."""
    elects_anybody: bool = False
    """Whether the controller may elect a replica that is not in the ISR."""
    trusts_same_leader: bool = False
    """Whether a follower truncates nothing if its leader is the one it had."""


def with_replica(state: State, index: int, replica: Replica) -> State:
    """Return the state in which this replica is replaced."""
    replicas = list(state.replicas)
    replicas[index] = replica
    return state._replace(replicas=tuple(replicas))


def truncated(replica: Replica, end_offset: int) -> Replica:
    """Return a replica whose log ends at `end_offset`, its high watermark no higher."""
    return replica._replace(
        log=replica.log[:end_offset],
        high_watermark=min(end_offset, replica.high_watermark),
    )


def _decided(state: State, leader: int | None, isr: Isr) -> State:
    """Return the state after the controller spent an epoch on this decision."""
    made = Assignment(leader, state.next_epoch, isr)
    return state._replace(
        next_epoch=state.next_epoch + 1,
        requests=(*state.requests, made),
        quorum=made,
    )


def elect_leader(state: State) -> Steps:
    """The controller picks another leader from the ISR."""
    quorum = state.quorum
    for chosen in sorted(quorum.isr - {quorum.leader}):
        yield Action("elect_leader", (chosen,)), _decided(state, chosen, quorum.isr)


def elect_unclean_leader(state: State) -> Steps:
    """The controller picks a leader out of the ISR; it is alone in the next."""
    for chosen in sorted(frozenset(range(len(state.replicas))) - state.quorum.isr):
        after = _decided(state, chosen, frozenset({chosen}))
        yield Action("elect_unclean_leader", (chosen,)), after


def shrink_isr(state: State) -> Steps:
    """The controller drops a failed broker; the last one stays, without a leader.

    With no leader left, even the last member may go: an empty ISR elects nobody.
    """
    leader, _, isr = state.quorum
    for gone in sorted(isr):
        stays = isr if isr == {leader} else isr - {gone}
        after = _decided(state, None if gone == leader else leader, stays)
        yield Action("shrink_isr", (gone,)), after


def become_leader(state: State) -> Steps:
    """A broker learns that it leads, unless it knows of a newer epoch."""
    for request in state.requests:
        leader, epoch, isr = request
        if leader is None or epoch <= state.replicas[leader].epoch:
            continue
        told = state.replicas[leader]._replace(epoch=epoch, leader=leader, isr=isr)
        action = Action("become_leader", (leader, epoch))
        yield action, with_replica(state, leader, told)


def become_follower(rules: Rules, state: State) -> Steps:
    """A broker learns whom to follow, and truncates its log where the variant says."""
    for request in state.requests:
        leader, epoch, isr = request
        if leader is None or not rules.may_follow(state, request):
            continue
        for index, replica in enumerate(state.replicas):
            if index == leader or epoch <= replica.epoch:
                continue
            keeps = rules.trusts_same_leader and replica.leader == leader
            end_offset = (
                replica.end_offset
                if rules.truncate_later or keeps
                else rules.truncation_point(state, leader, index)
            )
            if end_offset <= replica.end_offset:
                told = replica._replace(epoch=epoch, leader=leader, isr=isr)
                action = Action("become_follower", (index, leader, epoch))
                yield action, with_replica(state, index, truncated(told, end_offset))


def _leaders(state: State) -> Iterator[tuple[int, Replica]]:
    """Yield the replicas that presume to lead, with their indexes."""
    for index, replica in enumerate(state.replicas):
        if replica.leader == index:
            yield index, replica


def _true_leaders(state: State) -> Iterator[tuple[int, Replica]]:
    """Yield the leader that may change the ISR: the quorum knows it and its epoch."""
    for index, replica in _leaders(state):
        if (index, replica.epoch) == state.quorum[:2]:
            yield index, replica


def write(scope: Scope, state: State) -> Steps:
    """A producer's record enters the log of whoever presumes to lead."""
    if state.next_record >= scope.records:
        return
    for index, leader in _leaders(state):
        if leader.end_offset < scope.log_size:
            entry = Entry(state.next_record, leader.epoch)
            after = with_replica(
                state, index, leader._replace(log=(*leader.log, entry))
            )
            action = Action("write", (index,))
            yield action, after._replace(next_record=state.next_record + 1)


def _with_isr(state: State, index: int, isr: Isr) -> State:
    """Return the state after the true leader changed the ISR, here and in the truth."""
    after = with_replica(state, index, state.replicas[index]._replace(isr=isr))
    return after._replace(quorum=state.quorum._replace(isr=isr))


def leader_shrink_isr(rules: Rules, state: State) -> Steps:
    """The leader drops a follower that lags."""
    for index, leader in _true_leaders(state):
        for follower in sorted(leader.isr - {index}):
            if rules.lags(state, index, follower):
                after = _with_isr(state, index, leader.isr - {follower})
                yield Action("leader_shrink_isr", (index, follower)), after


def leader_expand_isr(rules: Rules, state: State) -> Steps:
    """The leader admits a follower that has caught up."""
    for index, leader in _true_leaders(state):
        for follower in range(len(state.replicas)):
            if follower not in leader.isr and rules.may_join(state, index, follower):
                after = _with_isr(state, index, leader.isr | {follower})
                yield Action("leader_expand_isr", (index, follower)), after


def advance_high_watermark(rules: Rules, scope: Scope, state: State) -> Steps:
    """The leader commits one more record: every member of its ISR has it."""
    for index, leader in _leaders(state):
        if leader.high_watermark < scope.log_size and all(
            rules.has_next(state, index, member) for member in leader.isr
        ):
            high_watermark = leader.high_watermark + 1
            after = leader._replace(high_watermark=high_watermark)
            action = Action("advance_high_watermark", (index,))
            yield action, with_replica(state, index, after)


def replicate(rules: Rules, state: State) -> Steps:
    """A follower copies the next record, and learns the leader's high watermark."""
    for index, leader in _leaders(state):
        for follower, replica in enumerate(state.replicas):
            if replica.end_offset < leader.end_offset and rules.may_fetch(
                state, index, follower
            ):
                log = (*replica.log, leader.log[replica.end_offset])
                high_watermark = min(leader.high_watermark, len(log))
                after = replica._replace(log=log, high_watermark=high_watermark)
                action = Action("replicate", (follower, index))
                yield action, with_replica(state, follower, after)


def truncate(rules: Rules, state: State) -> Steps:
    """A follower finds, while fetching, that its log left the leader's."""
    diverged = rules.truncate_later
    if diverged is None:
        return
    for index, _ in _leaders(state):
        for follower, replica in enumerate(state.replicas):
            if follower != index and diverged(state, index, follower):
                end_offset = rules.truncation_point(state, index, follower)
                after = with_replica(state, follower, truncated(replica, end_offset))
                yield Action("truncate", (follower, index)), after


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    if state.next_epoch <= scope.epochs:
        yield from elect_leader(state)
        if rules.elects_anybody:
            yield from elect_unclean_leader(state)
        yield from shrink_isr(state)
    yield from become_leader(state)
    yield from become_follower(rules, state)
    yield from write(scope, state)
    yield from leader_shrink_isr(rules, state)
    yield from leader_expand_isr(rules, state)
    yield from advance_high_watermark(rules, scope, state)
    yield from replicate(rules, state)
    yield from truncate(rules, state)


def _exposed_records_are_on(state: State, leader: Replica, isr: Isr) -> bool:
    exposed = leader.log[: leader.high_watermark]
    logs = (state.replicas[member].log for member in isr)
    return len(exposed) == leader.high_watermark and all(
        log[: len(exposed)] == exposed for log in logs
    )


def weak_isr(state: State) -> bool:
    """What a leader exposed to consumers is on every member of the ISR it knows."""
    return all(
        _exposed_records_are_on(state, leader, leader.isr)
        for _, leader in _leaders(state)
    )


def strong_isr(state: State) -> bool:
    """What any leader exposed to consumers is on every replica that may be elected."""
    return all(
        _exposed_records_are_on(state, leader, state.quorum.isr)
        for _, leader in _leaders(state)
    )


def leader_in_isr(state: State) -> bool:
    """The partition's leader, if it has one, is a member of its ISR."""
    return state.quorum.leader is None or state.quorum.leader in state.quorum.isr


_DOCUMENTED = "Kafka documentation, Replication: a committed record is not lost"

INVARIANTS: tuple[Property[State], ...] = (
    Property("weak-isr", weak_isr, f"{_DOCUMENTED} while its leader's ISR lives"),
    Property("strong-isr", strong_isr, f"{_DOCUMENTED} by a clean election"),
    Property("leader-in-isr", leader_in_isr, "KIP-497: leaders come from the ISR"),
)

SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a record is committed on every replica",
        lambda state: all(replica.high_watermark for replica in state.replicas),
        "or the promises about committed records would be empty",
    ),
    Property(
        "a follower may be elected after a record was committed",
        lambda state: any(
            leader.high_watermark and state.quorum.isr - {index}
            for index, leader in _leaders(state)
        ),
        "or no election could lose one",
    ),
)

ACTIONS = (
    "elect_leader",
    "shrink_isr",
    "become_leader",
    "become_follower",
    "write",
    "leader_shrink_isr",
    "leader_expand_isr",
    "advance_high_watermark",
    "replicate",
)


def _actions(rules: Rules) -> tuple[str, ...]:
    unclean = ("elect_unclean_leader",) if rules.elects_anybody else ()
    return (*ACTIONS, *unclean, *(("truncate",) if rules.truncate_later else ()))


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return this variant in a world of this size.

    Raises ValueError for a world without replicas or with negative bounds.
    """
    if scope.replicas < 1 or min(scope) < 0:
        raise ValueError(f"scope {scope}: at least one replica, nothing negative")
    everyone = frozenset(range(scope.replicas))
    start = State(
        replicas=(Replica(),) * scope.replicas,
        next_record=0,
        next_epoch=0,
        requests=(),
        quorum=Assignment(None, NO_EPOCH, everyone),
    )
    return Spec(
        name=rules.name,
        initial=(start,),
        next=lambda state: next_steps(rules, scope, state),
        actions=_actions(rules),
        invariants=INVARIANTS,
        sometimes=SOMETIMES,
    )
