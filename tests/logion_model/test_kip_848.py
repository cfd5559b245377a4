from __future__ import annotations

import pytest
from logion_model.kip_848.client import (
    beating,
    follows,
    leaving,
    left,
    moved,
    reconciled,
    told,
    told_that_it_is_out,
)
from logion_model.kip_848.coordinator import (
    KIP_848,
    WITHOUT_RELEASE,
    Coordinator,
    Rules,
    is_fenced,
    is_leaving,
    is_unknown,
    targets,
    without,
)
from logion_model.kip_848.spec import INVARIANTS, World, is_converged
from logion_model.kip_848.state import (
    Answer,
    Client,
    ClientStatus,
    Group,
    GroupStatus,
    Heartbeat,
    Member,
    MemberStatus,
    Scope,
    State,
)

TOPIC, BOTH = frozenset({0}), frozenset({0, 1})
SCOPE = Scope(clients=2, topics=1, partitions=2, perturbations=0)
ALL, NONE = frozenset({0, 1}), frozenset[int]()
STABLE = ClientStatus.STABLE

ONE = Member(0, 1, TOPIC, 1, 1, assigned=ALL, reported=ALL)
GROUP = Group((ONE,), 1, GroupStatus.STABLE, 1, ((1, ALL),), (1, 1))
MOVED = GROUP._replace(
    epoch=2, target_epoch=2, target=((1, frozenset({0})), (2, frozenset({1})))
)


def beat(member: int, epoch: int, owned: frozenset[int] | None = None) -> Heartbeat:
    return Heartbeat(0, 1, member, epoch, TOPIC, owned)


def coordinator(rules: Rules = KIP_848) -> Coordinator:
    return Coordinator(rules, SCOPE)


def test_a_client_says_what_it_owns_when_that_has_changed() -> None:
    client, first = beating(0, Client(TOPIC), TOPIC, 1)
    assert (first.owned, first.epoch, client.is_waiting) == (NONE, 0, True)
    _, second = beating(0, client, TOPIC, 1)
    assert second.owned is None


def test_a_client_that_is_assigned_something_else_reconciles_before_it_says_so() -> (
    None
):
    begun = told(Client(TOPIC), Answer(0, 1, 1, 1, ALL))
    assert (begun.status, begun.owned) == (ClientStatus.RECONCILING, NONE)
    done = reconciled(begun)
    assert (done.status, done.owned) == (ClientStatus.ACKNOWLEDGING, ALL)
    assert beating(0, done, TOPIC, 1)[0].status is STABLE
    late = reconciled(begun._replace(epoch=2))
    assert (late.owned, late.reconciling) == (NONE, None)
    again = told(late._replace(epoch=2), Answer(0, 1, 1, 2))
    assert again.reconciling == (2, ALL)


def test_a_client_that_is_out_joins_anew_or_is_done_with_it() -> None:
    member = Client(TOPIC, 1, 1, 1, STABLE, ALL, ALL)
    out = told_that_it_is_out(member)
    assert (out.status, out.owned, out.member_id) == (ClientStatus.JOINING, NONE, 0)
    gone = told_that_it_is_out(leaving(member))
    assert gone.status is ClientStatus.UNSUBSCRIBED
    assert told_that_it_is_out(gone).status is ClientStatus.UNSUBSCRIBED


def test_a_client_leaves_with_its_heartbeat_once_it_owns_nothing() -> None:
    ready = left(leaving(Client(TOPIC, 1, 1, 1, STABLE, ALL, ALL)))
    assert (ready.status, ready.owned) == (ClientStatus.LEAVING, NONE)
    after, last = beating(0, ready, NONE, 1)
    assert (after.status, last.epoch) == (ClientStatus.UNSUBSCRIBED, -1)
    assert told(after, Answer(0, 1, 1, -1)).status is ClientStatus.UNSUBSCRIBED
    assert beating(0, after, TOPIC, 1)[0].status is ClientStatus.JOINING
    assert left(ready) == ready


def test_a_step_that_the_states_of_a_client_do_not_have_is_seen() -> None:
    assert follows(STABLE, STABLE)
    assert moved(Client(TOPIC), ClientStatus.LEAVING).status is ClientStatus.ILLEGAL


def test_who_is_unknown_fenced_or_leaving_is_told_apart() -> None:
    assert is_unknown(GROUP, beat(2, 1))
    assert not is_unknown(GROUP, beat(0, 0))
    assert is_fenced(GROUP, beat(1, 0))
    assert not is_fenced(GROUP, beat(1, 1))
    assert not is_fenced(GROUP, beat(2, 1))
    assert is_leaving(GROUP, beat(1, -1))
    empty = without(GROUP, ONE)
    assert (empty.status, empty.epoch) == (GroupStatus.EMPTY, 2)
    assert empty.partition_epochs == (0, 0)


def test_partitions_go_to_who_is_subscribed() -> None:
    scope = Scope(clients=2, topics=2, partitions=1, perturbations=0)
    members = (Member(0, 1, BOTH), Member(1, 2, TOPIC))
    given = [dict(target) for target in targets(scope, members)]
    assert [it[1] for it in given] == [ALL, frozenset({1})]


def test_a_member_gives_up_first_and_moves_on_when_it_has_said_so() -> None:
    revoking = coordinator().moved(MOVED, ONE)
    assert revoking.status is MemberStatus.REVOKING
    assert (revoking.epoch, revoking.revoking) == (1, frozenset({1}))
    assert coordinator().moved(MOVED, revoking) == revoking
    said = revoking._replace(reported=frozenset({0}))
    done = coordinator().moved(MOVED, said)
    assert (done.status, done.epoch) == (MemberStatus.STABLE, 2)
    assert done.held == {0}


def test_a_member_is_given_what_nobody_holds() -> None:
    new = Member(1, 2, TOPIC)
    waiting = coordinator().moved(MOVED, new)
    assert (waiting.status, waiting.epoch) == (MemberStatus.ASSIGNING, 2)
    assert coordinator().moved(MOVED, waiting) == waiting
    free = MOVED._replace(partition_epochs=(1, 0))
    assert coordinator().moved(free, waiting).assigned == {1}
    assert coordinator(WITHOUT_RELEASE).moved(MOVED, new).assigned == {1}


def test_a_new_member_begins_an_epoch_with_any_target() -> None:
    heard = list(coordinator().heard(GROUP, beat(0, 0, NONE), next_id=2))
    assert len(heard) == 4
    assert {group.epoch for group, _ in heard} == {2}
    assert {answer.member_id for _, answer in heard} == {2}
    [(same, answer)] = coordinator().heard(GROUP, beat(1, 1), next_id=2)
    assert (same, answer.assignment) == (GROUP, None)


CLIENT = Client(TOPIC, 1, 1, 1, STABLE, ALL, ALL)
GOOD = State(GROUP, (CLIENT,))


def test_a_group_has_converged_when_everybody_knows_it() -> None:
    assert is_converged(GOOD)
    assert not is_converged(GOOD._replace(clients=(CLIENT, Client(TOPIC))))
    assert not is_converged(World(KIP_848, SCOPE).initial)


@pytest.mark.parametrize(
    ("promise", "state"),
    [
        (
            "transitions-are-legal",
            State(GROUP, (CLIENT._replace(status=ClientStatus.ILLEGAL),)),
        ),
        ("target-is-legal", State(GROUP._replace(target=((1, TOPIC),)), ())),
        ("one-owner", State(GROUP, (CLIENT, CLIENT))),
        ("holders-are-known", State(GROUP._replace(partition_epochs=(0, 1)), ())),
        ("stable-is-settled", State(GROUP._replace(epoch=2), ())),
        (
            "epoch-means-revoked",
            State(MOVED._replace(target_epoch=1), (CLIENT,)),
        ),
    ],
)
def test_each_promise_is_broken_by_a_state_that_breaks_it(
    promise: str, state: State
) -> None:
    by_name = {invariant.name: invariant for invariant in INVARIANTS}
    assert not by_name[promise].holds(state)
    assert all(invariant.holds(GOOD) for invariant in INVARIANTS)


def test_who_speaks_of_another_epoch_is_out_and_told_so() -> None:
    late = State(GROUP, (CLIENT,), heartbeats=frozenset({beat(1, 0)}))
    after = {
        action.name: state for action, state in World(KIP_848, SCOPE).next_steps(late)
    }
    refused = after["refuse_heartbeat"]
    assert refused.group.members == ()
    assert refused.answers == {Answer(0, 1, is_fenced=True)}
    gone = late._replace(clients=(CLIENT._replace(connection=2),))
    steps = dict(World(KIP_848, SCOPE).next_steps(gone))
    assert all(not state.answers for state in steps.values())
