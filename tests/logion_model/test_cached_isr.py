from __future__ import annotations

import pytest
from logion_model.cached_isr import (
    KAFKA_2729,
    READS_AGAIN,
    Rules,
    Scope,
    State,
    Versioned,
    controller_write,
    dropped_stay_out,
    is_not_frozen,
    leader_write,
    specification,
)

SCOPE = Scope(2, 3)
BOTH, ALONE = Versioned(frozenset({0, 1}), 0), Versioned(frozenset({0}), 1)
OUTDATED = State(truth=ALONE, known=BOTH)


def written(rules: Rules, state: State) -> State:
    """Return the state after the leader has tried to write the ISR."""
    ((_, after),) = leader_write(rules, SCOPE, state)
    return after


def test_a_write_counts_at_the_newest_version_only() -> None:
    assert written(READS_AGAIN, State(BOTH, BOTH)) == State(ALONE, ALONE)
    assert written(READS_AGAIN, OUTDATED).truth == ALONE


def test_a_leader_that_reads_again_can_write_the_next_time() -> None:
    assert written(READS_AGAIN, OUTDATED).known == ALONE
    assert is_not_frozen(READS_AGAIN, SCOPE, OUTDATED)
    assert written(KAFKA_2729, OUTDATED) == OUTDATED
    assert not is_not_frozen(KAFKA_2729, SCOPE, OUTDATED)


def test_whom_the_controller_has_dropped_the_leader_does_not_admit_unseen() -> None:
    ((_, dropped),) = controller_write(State(BOTH, BOTH))
    assert dropped_stay_out(dropped)
    undone = dropped._replace(truth=BOTH)
    assert not dropped_stay_out(undone)
    known = written(READS_AGAIN, dropped)
    assert dropped_stay_out(written(READS_AGAIN, known))


def test_a_world_without_followers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two replicas"):
        specification(READS_AGAIN, Scope(1, 3))
