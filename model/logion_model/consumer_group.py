"""A consumer group whose coordinator divides the work (KIP-848).

1. The epoch of the group rises whenever a member comes or goes. For a newer epoch the
   coordinator makes a new target: what each member shall have. Any division will do
   here, so what is promised holds for every assignor.
2. A member moves on when it sends a heartbeat, one step at a time: it gives up first
   what is not in its target, staying in its epoch; then it enters the target's epoch
   and gets what of its target nobody else has or is giving up.
3. A consumer is told what it may own, and does it later: until then it owns what it
   owned. What it has given up it says by its next heartbeat; one that says nothing of
   it has given up nothing.

A variant is a `Rules` value, the wrong ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeAlias

from logion_model.kernel import Action, Property, Spec

OUT = -1
"""Epoch of who is not a member."""

Partitions: TypeAlias = frozenset[int]
NOTHING: Partitions = frozenset()


class Scope(NamedTuple):
    """How large a world to explore."""

    members: int
    partitions: int
    changes: int
    """How often members come and go."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a coordinator waits for; the defaults are those of KIP-848."""

    name: str
    title: str
    source: str
    awaits_revocation: bool = True
    """A partition taken away is its owner's until the owner says it gave it up."""
    awaits_release: bool = True
    """A partition is given only when nobody else has it."""


KIP_848 = Rules(
    "consumer-group-kip-848",
    "The broker divides the work of a group",
    "KIP-848, Assignment Process",
)
WITHOUT_RELEASE = Rules(
    "consumer-group-without-release",
    "A coordinator that gives partitions away at once",
    "KIP-848, Assignment Process: what waiting is for",
    awaits_release=False,
)
WITHOUT_REVOCATION = Rules(
    "consumer-group-without-revocation",
    "A coordinator that takes a revocation for done once it is told",
    "KIP-848, Assignment Process: what waiting is for",
    awaits_revocation=False,
)

VARIANTS = (KIP_848, WITHOUT_RELEASE, WITHOUT_REVOCATION)
"""The rules of the protocol first, those that break a promise after it."""


class Seat(NamedTuple):
    """One member as the coordinator sees it, and the consumer behind it."""

    epoch: int = OUT
    """How far the member has come."""
    assigned: Partitions = NOTHING
    revoking: Partitions = NOTHING
    """What it must give up before it moves on."""
    told: Partitions = NOTHING
    """What the consumer was last told that it may own."""
    owned: Partitions = NOTHING
    """What the consumer reads."""

    @property
    def is_in(self) -> bool:
        """Return whether it is a member."""
        return self.epoch != OUT


class State(NamedTuple):
    """A group and its consumers."""

    epoch: int = 0
    target_epoch: int = 0
    target: tuple[Partitions, ...] = ()
    """What each shall have, by place."""
    seats: tuple[Seat, ...] = ()
    highest: tuple[int, ...] = ()
    """The highest epoch that each has had since it joined."""


def initial(scope: Scope) -> State:
    """Return a group that nobody is in."""
    none = (NOTHING,) * scope.members
    return State(0, 0, none, (Seat(),) * scope.members, (OUT,) * scope.members)


def seated(state: State, place: int, seat: Seat) -> State:
    """Return the state with another seat at `place`."""
    before = state.highest[place]
    highest = max(before, seat.epoch) if seat.is_in else OUT
    return state._replace(
        seats=(*state.seats[:place], seat, *state.seats[place + 1 :]),
        highest=(*state.highest[:place], highest, *state.highest[place + 1 :]),
    )


def joined(state: State, place: int) -> State:
    """Return the state once this one has joined: it has nothing yet."""
    return seated(state._replace(epoch=state.epoch + 1), place, Seat(epoch=0))


def left(state: State, place: int) -> State:
    """Return the state once this one has left: its consumer reads nothing."""
    target = (*state.target[:place], NOTHING, *state.target[place + 1 :])
    after = state._replace(epoch=state.epoch + 1, target=target)
    return seated(after, place, Seat())


def divided(state: State, target: tuple[Partitions, ...]) -> State:
    """Return the state with this target, made for the present epoch."""
    return state._replace(target_epoch=state.epoch, target=target)


def beaten(
    rules: Rules, state: State, place: int, owned: Partitions | None
) -> tuple[State, bool]:
    """Return the state after a heartbeat, and whether its answer tells an assignment.

    `owned` is what it says that it owns, None if it says nothing.
    """
    seat, target = state.seats[place], state.target[place]
    still = seat.revoking if owned is None else seat.revoking & owned
    if still and rules.awaits_revocation:
        return state, False
    if seat.epoch == state.target_epoch and seat.assigned == target:
        return state, False
    kept, leaving = seat.assigned & target, seat.assigned - target
    if rules.awaits_revocation and leaving and (owned is None or leaving & owned):
        moved = seat._replace(assigned=kept, revoking=leaving)
    else:
        others = (it for at, it in enumerate(state.seats) if at != place)
        taken = frozenset().union(*(it.assigned | it.revoking for it in others))
        free = target - taken if rules.awaits_release else target
        moved = Seat(state.target_epoch, kept | free, NOTHING, seat.told, seat.owned)
    has_news = moved.assigned != seat.assigned
    if has_news:
        moved = moved._replace(told=moved.assigned)
    return seated(state, place, moved), has_news


def followed(state: State, place: int) -> State:
    """Return the state once a consumer does what it was told."""
    seat = state.seats[place]
    return seated(state, place, seat._replace(owned=seat.told))


Steps: TypeAlias = Iterator[tuple[Action, State]]


def divisions(scope: Scope, state: State) -> Iterator[tuple[Partitions, ...]]:
    """Yield every target: each partition goes to one of the members."""
    inside = [place for place, seat in enumerate(state.seats) if seat.is_in]
    for owners in product(inside, repeat=scope.partitions):
        yield tuple(
            frozenset(p for p, owner in enumerate(owners) if owner == place)
            for place in range(scope.members)
        )


def membership(scope: Scope, state: State) -> Steps:
    """Members come and go."""
    if state.epoch >= scope.changes:
        return
    for place, seat in enumerate(state.seats):
        if seat.is_in:
            yield Action("leave", (place,)), left(state, place)
        else:
            yield Action("join", (place,)), joined(state, place)


def next_steps(rules: Rules, scope: Scope, state: State) -> Steps:
    """Yield everything that may happen next."""
    yield from membership(scope, state)
    if state.target_epoch < state.epoch:
        for target in divisions(scope, state):
            yield Action("divide", target), divided(state, target)
    for place, seat in enumerate(state.seats):
        if seat.is_in:
            said, _ = beaten(rules, state, place, seat.owned)
            yield Action("heartbeat", (place,)), said
            silent, _ = beaten(rules, state, place, None)
            yield Action("silent_heartbeat", (place,)), silent
        if seat.told != seat.owned:
            yield Action("follow", (place,)), followed(state, place)


def one_owner(state: State) -> bool:
    """No two consumers read the same partition."""
    owned = [p for seat in state.seats for p in seat.owned]
    return len(owned) == len(set(owned))


def owners_are_known(state: State) -> bool:
    """What a consumer reads is its own in the coordinator's eyes, too."""
    return all(it.owned <= it.assigned | it.revoking for it in state.seats)


def epochs_never_go_back(state: State) -> bool:
    """No member falls behind an epoch it had, nor gets ahead of the group."""
    ahead = all(it.epoch <= state.target_epoch <= state.epoch for it in state.seats)
    return ahead and state.highest == tuple(it.epoch for it in state.seats)


def invariants(rules: Rules, scope: Scope) -> tuple[Property[State], ...]:
    """Return what is promised of a group."""

    def settles(state: State) -> bool:
        """Left in peace, every member has what it shall have in the end."""
        if state.target_epoch < state.epoch:
            targets = divisions(scope, state)
            state = divided(state, next(targets, state.target))
        for _ in range(2 * scope.members + 2):
            for place, seat in enumerate(state.seats):
                if seat.is_in:
                    state = followed(state, place)
                    owned = state.seats[place].owned
                    state, _ = beaten(rules, state, place, owned)
        return all(
            followed(state, place).seats[place].owned == state.target[place]
            for place, seat in enumerate(state.seats)
            if seat.is_in
        )

    return (
        Property("one-owner", one_owner, "KIP-848: a partition has one owner"),
        Property(
            "owners-are-known",
            owners_are_known,
            "KIP-848: the coordinator waits for revocations",
        ),
        Property(
            "epochs-never-go-back",
            epochs_never_go_back,
            "KIP-848: epochs are monotonic",
        ),
        Property("settles", settles, "KIP-848: members converge to the target"),
    )


SOMETIMES: tuple[Property[State], ...] = (
    Property(
        "a partition moves from one member to another",
        lambda state: any(it.revoking & it.owned for it in state.seats),
        "or nothing would have to be waited for",
    ),
    Property(
        "every partition is read",
        lambda state: sum(len(it.owned) for it in state.seats) > 1,
        "or a coordinator that gives nothing would pass",
    ),
)

ACTIONS = ("join", "leave", "divide", "heartbeat", "silent_heartbeat", "follow")


def specification(rules: Rules, scope: Scope) -> Spec[State]:
    """Return a group with these rules, in a world of this size."""
    return Spec(
        name=rules.name,
        initial=(initial(scope),),
        next=lambda state: next_steps(rules, scope, state),
        actions=ACTIONS,
        invariants=invariants(rules, scope),
        sometimes=SOMETIMES,
    )
