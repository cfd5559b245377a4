from __future__ import annotations

import pytest
from logion.cluster.assignment import Start, alternate_racks, assign_replicas
from logion.names import BrokerId

FIVE = {BrokerId(broker): None for broker in range(5)}
RACKS = {
    BrokerId(broker): rack for broker, rack in enumerate(["1", "3", "3", "2", "2", "1"])
}


def test_replicas_go_round_the_brokers_with_a_growing_shift() -> None:
    assigned = assign_replicas(FIVE, range(15), 3, Start(0, 0))
    assert list(assigned.values()) == [
        (0, 1, 2),
        (1, 2, 3),
        (2, 3, 4),
        (3, 4, 0),
        (4, 0, 1),
        (0, 2, 3),
        (1, 3, 4),
        (2, 4, 0),
        (3, 0, 1),
        (4, 1, 2),
        (0, 3, 4),
        (1, 4, 0),
        (2, 0, 1),
        (3, 1, 2),
        (4, 2, 3),
    ]


def test_the_start_moves_the_first_replica_and_its_followers() -> None:
    assigned = assign_replicas(FIVE, range(2), 2, Start(3, 1))
    assert assigned == {0: (3, 0), 1: (4, 1)}


def test_more_partitions_go_on_where_the_numbers_are() -> None:
    whole = assign_replicas(FIVE, range(5), 2, Start(2, 2))
    assert assign_replicas(FIVE, range(3, 5), 2, Start(2, 2)) == {
        3: whole[3],
        4: whole[4],
    }


def test_racks_take_turns() -> None:
    assert alternate_racks(RACKS) == [0, 3, 1, 5, 4, 2]


def test_with_racks_a_partition_uses_each_rack_once_before_any_twice() -> None:
    assigned = assign_replicas(dict(RACKS), range(12), 3, Start(0, 0))
    assert list(assigned.values()) == [
        (0, 3, 1),
        (3, 1, 5),
        (1, 5, 4),
        (5, 4, 2),
        (4, 2, 0),
        (2, 0, 3),
        (0, 4, 2),
        (3, 2, 0),
        (1, 0, 3),
        (5, 3, 1),
        (4, 1, 5),
        (2, 5, 4),
    ]


@pytest.mark.parametrize("start", range(6))
def test_with_racks_the_start_is_a_place_among_the_brokers_that_take_turns(
    start: int,
) -> None:
    assigned = assign_replicas(dict(RACKS), range(4), 1, Start(start, 0))
    turns = [*alternate_racks(RACKS)] * 2
    assert [ids for (ids,) in assigned.values()] == turns[start : start + 4]


def test_where_one_rack_has_most_brokers_each_rack_is_still_used_first() -> None:
    racks = {BrokerId(it): rack for it, rack in enumerate("aaab")}
    for factor in range(2, 5):
        assigned = assign_replicas(dict(racks), range(12), factor, Start(0, 0))
        for ids in assigned.values():
            assert {racks[it] for it in ids[:2]} == {"a", "b"}
            assert len(set(ids)) == factor


@pytest.mark.parametrize("factor", range(1, 7))
@pytest.mark.parametrize("start", range(6))
def test_no_broker_has_a_partition_twice(factor: int, start: int) -> None:
    for racks in (dict(RACKS), dict.fromkeys(RACKS)):
        assigned = assign_replicas(racks, range(20), factor, Start(start, start))
        assert all(len(set(ids)) == factor for ids in assigned.values())


def test_one_broker_without_a_rack_makes_racks_count_for_nothing() -> None:
    mixed = {**RACKS, BrokerId(6): None}
    plain = dict.fromkeys(mixed)
    args = (range(9), 3, Start(1, 2))
    assert assign_replicas(mixed, *args) == assign_replicas(plain, *args)


@pytest.mark.parametrize("racks", [dict.fromkeys(RACKS), dict(RACKS)])
@pytest.mark.parametrize("factor", [0, 7])
def test_one_replica_at_least_is_asked_for_and_at_most_one_of_each_broker(
    racks: dict[BrokerId, str | None], factor: int
) -> None:
    with pytest.raises(AssertionError):
        assign_replicas(racks, range(1), factor, Start(0, 0))


def test_of_two_brokers_each_follows_the_other() -> None:
    assigned = assign_replicas(
        dict.fromkeys(map(BrokerId, range(2))), range(4), 2, Start(0, 1)
    )
    assert list(assigned.values()) == [(0, 1), (1, 0)] * 2


def test_one_broker_gets_everything() -> None:
    alone = {BrokerId(7): None}
    assert assign_replicas(alone, range(2), 1, Start(0, 0)) == {0: (7,), 1: (7,)}
