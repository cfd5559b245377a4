from __future__ import annotations

import pytest
from logion_model.kernel import explore
from logion_model.kraft.promises import initial, invariants, specification
from logion_model.kraft.rules import KAFKA_3_5, KIP_966, Scope, World
from logion_model.kraft.state import Entry, Fetched, Fetcher, Position, State

SCOPE = Scope(2, 2, 2, 1, 1, 0, 0, 1, 0, 0, 0, 0)
START = initial(SCOPE)
RECORD = Entry(1, 0)


def broken(state: State) -> set[str]:
    """Return the names of what does not hold."""
    promises = invariants(World(KIP_966, SCOPE))
    return {promise.name for promise in promises if not promise.holds(state)}


def with_brokers(**changes: object) -> State:
    """Return the beginning with the same changes to every broker."""
    brokers = tuple(broker._replace(**changes) for broker in START.brokers)
    return START._replace(brokers=brokers)


def test_nothing_is_broken_at_the_beginning() -> None:
    assert broken(START) == set()


def test_a_consumed_record_that_nobody_has_is_lost() -> None:
    lost = START._replace(consumed=(RECORD,), acked=frozenset({0}))
    assert broken(lost) == {
        "leader-completeness",
        "leader-candidate-completeness",
        "consistent-read",
        "no-committed-record-lost",
    }


def test_two_logs_that_differ_below_the_high_watermarks_do_not_match() -> None:
    one, other = with_brokers(log=(RECORD,), high_watermark=1).brokers
    other = other._replace(log=(Entry(1, 1),))
    assert "log-matching" in broken(START._replace(brokers=(one, other)))


def test_a_leader_that_waits_for_too_few_is_noticed() -> None:
    alone = START.brokers[0].view._replace(maximal_isr=frozenset({0}))
    assert "replication-quorum-superset" in broken(with_brokers(view=alone))


def test_a_broker_ahead_of_the_metadata_log_is_noticed() -> None:
    assert broken(with_brokers(metadata_offset=2)) == {"metadata-log-matching"}


def test_an_epoch_that_starts_above_its_first_record_is_noticed() -> None:
    late = with_brokers(log=(RECORD,), epoch_start=1, fetchers=(Fetcher(),) * 2)
    assert broken(late) == {"epoch-starts-once"}


def test_a_fetcher_elsewhere_than_at_the_end_of_the_log_is_noticed() -> None:
    ahead = Fetcher(Position(1, 1), is_waiting=True)
    away = with_brokers(fetchers=(ahead, ahead))
    answer = Fetched(source=0, dest=1, leader_epoch=1, offset=0, high_watermark=0)
    assert broken(away._replace(messages=frozenset({answer}))) == {
        "fetchers-read-on",
        "answers-fit",
    }


def test_a_partition_that_has_forgotten_everybody_is_noticed() -> None:
    nobody = START.partition._replace(isr=frozenset())
    forgotten = START._replace(metadata_log=(nobody,))
    assert broken(forgotten) == {"min-isr-recovery-quorum"}


def test_two_explorations_find_the_same_counterexample() -> None:
    spec = specification(KAFKA_3_5, SCOPE._replace(unclean=1))
    first, second = (explore(spec, invariants=["leader-completeness"]) for _ in "12")
    assert first.violation == second.violation
    assert first.violation is not None
    assert first.violation.length == 8


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (SCOPE._replace(min_isr=0), "0 < min_isr"),
        (SCOPE._replace(isr=3), "isr <= replicas"),
        (SCOPE._replace(story=99), "story 99: there are"),
        (SCOPE._replace(story=2), "is not possible in this world"),
    ],
)
def test_a_world_that_cannot_be_is_refused(scope: Scope, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        specification(KAFKA_3_5, scope)
