from __future__ import annotations

from logion_model.kraft.controller import fencing, refusal
from logion_model.kraft.promises import initial
from logion_model.kraft.rules import (
    BEFORE_KIP_841,
    BEFORE_KIP_903,
    KAFKA_3_5,
    KIP_966,
    Scope,
    World,
)
from logion_model.kraft.state import AlterPartition, Member, State, with_registration

SCOPE = Scope(2, 2, 2, 2, 1, 0, 0, 1, 0, 0, 0, 0)
START = initial(SCOPE)
REQUEST = AlterPartition(0, (Member(0, 1), Member(1, 2)), 1, 1, 1)


def fenced(world: World, state: State, broker: int) -> State:
    """Return the state after a broker was fenced, where nothing has to be chosen."""
    (after,) = fencing(world, state, broker)
    return after


def test_a_fenced_leader_makes_way_for_a_member_of_the_isr() -> None:
    now = fenced(World(KAFKA_3_5, SCOPE), START, 0).partition
    assert (now.leader, now.isr, now.leader_epoch) == (1, {1}, 2)


def test_the_last_member_of_the_isr_stays_in_it_without_a_leader() -> None:
    world = World(KAFKA_3_5, SCOPE)
    now = fenced(world, fenced(world, START, 0), 1).partition
    assert (now.leader, now.isr, now.elr) == (None, {1}, set())


def test_with_kip_966_it_leaves_and_remains_eligible() -> None:
    world = World(KIP_966, SCOPE)
    now = fenced(world, fenced(world, START, 0), 1).partition
    assert (now.leader, now.isr, now.elr) == (None, set(), {0, 1})


def test_a_proposal_of_the_leader_is_accepted() -> None:
    assert refusal(KAFKA_3_5, START, REQUEST) == ""


def test_a_proposal_of_an_earlier_epoch_is_refused() -> None:
    for late in (
        REQUEST._replace(source=1, broker_epoch=2),
        REQUEST._replace(broker_epoch=0),
        REQUEST._replace(partition_epoch=0),
    ):
        assert refusal(KAFKA_3_5, START, late) == "FENCED_LEADER_EPOCH"


def test_a_broker_that_was_registered_again_is_not_admitted() -> None:
    known = START.registrations[1]
    again = with_registration(START, 1, known._replace(epoch=3))
    assert refusal(KAFKA_3_5, again, REQUEST) == "INELIGIBLE_REPLICA"
    assert refusal(BEFORE_KIP_903, again, REQUEST) == ""


def test_a_fenced_broker_is_not_admitted() -> None:
    known = START.registrations[1]
    gone = with_registration(START, 1, known._replace(is_fenced=True))
    assert refusal(KAFKA_3_5, gone, REQUEST) == "INELIGIBLE_REPLICA"
    assert refusal(BEFORE_KIP_841, gone, REQUEST) == ""
