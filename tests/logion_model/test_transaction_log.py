from __future__ import annotations

from logion_model.transaction_log.coordinator import (
    ADD_PARTITIONS,
    HALF_RESIGNED,
    KAFKA_9307,
    asked_for_id,
    asked_to_add,
    committed,
    elected,
    may_commit,
    resigned,
)
from logion_model.transaction_log.spec import (
    INVARIANTS,
    World,
    told_added,
    told_id,
)
from logion_model.transaction_log.state import (
    AddAnswer,
    AddPartitions,
    Code,
    InitAnswer,
    InitProducerId,
    Metadata,
    Phase,
    Scope,
    State,
    Status,
    Write,
)

INITIAL = World(
    ADD_PARTITIONS, Scope(brokers=2, clients=2, ids=1, partitions=1, elections=1)
).initial
ASK = InitProducerId(id=0, broker=0, client=0)
ADD = AddPartitions(id=0, producer=1, epoch=0, partition=0, broker=0, client=0)
GIVEN = committed(asked_for_id(INITIAL, ASK))


def codes(state: State) -> list[str]:
    init = [answer.code.name for answer in state.init_answers]
    return sorted(init + [answer.code.name for answer in state.add_answers])


def test_a_client_is_told_its_epoch_once_that_is_replicated() -> None:
    written = asked_for_id(INITIAL, ASK)
    assert codes(written) == []
    assert may_commit(written)
    answer = InitAnswer(Code.OK, producer=1, epoch=0, broker=0, client=0)
    assert GIVEN.init_answers == {answer}
    assert GIVEN.brokers[0].log == GIVEN.brokers[1].log
    assert told_id(GIVEN, answer).clients[0].status is Status.HAS_ID


def test_another_that_asks_meanwhile_has_to_ask_again() -> None:
    busy = asked_for_id(asked_for_id(INITIAL, ASK), ASK._replace(client=1))
    assert codes(busy) == ["CONCURRENT_TRANSACTIONS"]
    told = told_id(busy, *busy.init_answers)
    assert told.clients[1].last_error is Code.CONCURRENT_TRANSACTIONS
    assert codes(asked_to_add(GIVEN, ADD._replace(epoch=1))) == [
        "OK",
        "PRODUCER_FENCED",
    ]


def test_a_partition_is_added_by_who_has_the_newest_epoch() -> None:
    added = committed(asked_to_add(GIVEN, ADD))
    assert added.brokers[0].cache[0] == Metadata(1, 0, -1, Phase.ONGOING, (0,))
    assert told_added(added, *added.add_answers).clients[0].partitions == (0,)
    unknown = asked_to_add(added, ADD._replace(producer=2)).add_answers
    assert Code.INVALID_PRODUCER_ID_MAPPING in {it.code for it in unknown}
    fenced = told_added(added, AddAnswer(Code.PRODUCER_FENCED, (), 0, 0))
    assert fenced.clients[0].status is Status.GIVEN_UP
    later = told_added(added, AddAnswer(Code.NOT_COORDINATOR, (), 0, 0))
    assert later.clients[0].coordinator == added.leader


def test_an_open_transaction_is_aborted_before_another_epoch_is_given() -> None:
    ongoing = committed(asked_to_add(GIVEN, ADD))
    aborted = committed(committed(asked_for_id(ongoing, ASK._replace(client=1))))
    phases = [write.metadata.phase for write in aborted.brokers[1].log]
    assert phases[-2:] == [Phase.PREPARE_ABORT, Phase.COMPLETE_ABORT]
    assert "CONCURRENT_TRANSACTIONS" in codes(aborted)
    given = committed(asked_for_id(aborted, ASK._replace(client=1)))
    assert given.brokers[0].cache[0] == Metadata(1, 2, 1)


def test_what_a_former_leader_wrote_is_undone_and_who_waits_is_told() -> None:
    written = elected(ADD_PARTITIONS, asked_for_id(INITIAL, ASK), 1)
    assert not may_commit(written)
    resigning = resigned(written, 0)
    assert resigning.brokers[0].log == ()
    assert codes(resigning) == ["NOT_COORDINATOR"]
    assert codes(asked_for_id(resigning, ASK)) == ["NOT_COORDINATOR"]
    refused = asked_to_add(resigning, ADD)
    assert [it.code for it in refused.add_answers] == [Code.NOT_COORDINATOR]


def test_each_promise_is_broken_by_a_state_that_breaks_it() -> None:
    clients_differ, leaders_differ, phases_follow, leader_serves = INVARIANTS
    told = InitAnswer(Code.OK, 1, 0, 0, 0)
    both = told_id(told_id(INITIAL, told), told._replace(client=1))
    assert not clients_differ.holds(both)
    second = INITIAL.brokers[1]._replace(leader=1)
    stuck = INITIAL.with_broker(1, second._replace(is_stuck=True))
    assert not leader_serves.holds(stuck)
    assert not leaders_differ.holds(INITIAL.with_broker(1, second))
    log = (Write(0, Metadata(1, 0, 0, Phase.PREPARE_ABORT)),)
    assert not phases_follow.holds(INITIAL.with_broker(1, second._replace(log=log)))
    assert all(it.holds(INITIAL) for it in INVARIANTS)


def test_a_broker_that_has_not_forgotten_leads_again_if_what_it_loads_counts() -> None:
    former = resigned(elected(ADD_PARTITIONS, GIVEN, 1), 0, half=True)
    assert former.brokers[0].cache == GIVEN.brokers[0].cache
    assert not elected(HALF_RESIGNED, former, 0).brokers[0].is_stuck
    assert elected(KAFKA_9307, former, 0).brokers[0].is_stuck
    forgetful = resigned(elected(ADD_PARTITIONS, GIVEN, 1), 0)
    assert not elected(KAFKA_9307, forgetful, 0).brokers[0].is_stuck
