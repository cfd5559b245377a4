from __future__ import annotations

import pytest
from logion_model.kernel import explore
from logion_model.producer import (
    KIP_98,
    KIP_360,
    WITHOUT_EPOCHS,
    WITHOUT_SEQUENCES,
    Answer,
    Batch,
    Known,
    Rules,
    Scope,
    State,
    Verdict,
    answer,
    at_most_once,
    fenced,
    in_order,
    known,
    specification,
    without_gaps,
)

SCOPE = Scope(batches=9, in_flight=5, remembered=2, epochs=1, forgets=1)
A0, A1, A2, B0, B1 = Batch(0, 0), Batch(0, 1), Batch(0, 2), Batch(1, 0), Batch(1, 1)
GAP, FENCED = Answer(Verdict.GAP), Answer(Verdict.FENCED)


def said(
    batch: Batch, *log: Batch, rules: Rules = KIP_360, forgotten: int = 0
) -> Answer:
    return answer(rules, SCOPE, State(log=log, forgotten=forgotten), batch)


def test_a_broker_knows_the_last_batches_of_the_newest_epoch() -> None:
    assert known(SCOPE, State()) == Known(-1, ())
    assert known(SCOPE, State(log=(A0, A1, A2))) == Known(0, ((1, 1), (2, 2)))
    assert known(SCOPE, State(log=(A0, A1, B0))) == Known(1, ((0, 2),))
    assert known(SCOPE, State(log=(A0, A1), forgotten=2)) == Known(-1, ())


def test_a_repeat_is_answered_with_its_offset_while_it_is_remembered() -> None:
    assert said(A1, A0, A1, A2) == Answer(Verdict.REPEAT, 1)
    assert said(A0, A0, A1, A2) == GAP


def test_only_the_next_batch_is_appended() -> None:
    assert said(A1, A0) == Answer(Verdict.APPEND, 1)
    assert said(A2, A0) == GAP


def test_a_newer_instance_begins_with_its_first_batch_and_fences_the_others() -> None:
    assert said(B0, A0) == Answer(Verdict.APPEND, 1)
    assert said(B1, A0) == GAP
    assert said(A1, A0, B0) == FENCED
    assert said(A1, A0, B0, rules=WITHOUT_EPOCHS) == GAP
    assert said(A0, A0, B0, rules=WITHOUT_EPOCHS) == Answer(Verdict.APPEND, 2)


def test_where_an_unknown_producer_may_begin_differs() -> None:
    assert said(A1) == Answer(Verdict.APPEND, 0)
    assert said(A1, rules=KIP_98) == Answer(Verdict.UNKNOWN)
    assert said(A1, A0, forgotten=1, rules=KIP_98) == Answer(Verdict.UNKNOWN)


def test_without_sequences_everything_is_appended() -> None:
    assert said(A0, A0, rules=WITHOUT_SEQUENCES) == Answer(Verdict.APPEND, 1)


@pytest.mark.parametrize(
    ("holds", "log"),
    [
        (at_most_once, (A0, B0, A0)),
        (in_order, (A1, B0, A0)),
        (without_gaps, (A0, A2)),
        (fenced, (B0, A0)),
    ],
)
def test_each_promise_is_broken_by_a_log_that_breaks_it(
    holds: object, log: tuple[Batch, ...]
) -> None:
    assert callable(holds)
    assert not holds(State(log=log))
    assert holds(State(log=(A0, A1, B0, B1)))


def test_a_retry_without_sequences_writes_the_record_again() -> None:
    spec = specification(WITHOUT_SEQUENCES, SCOPE)
    found = explore(spec, invariants=["at-most-once"]).violation
    assert found is not None
    actions = [str(step.action) for step in found.steps[1:]]
    assert actions == ["send(0, 0)", "append(0, 0)", "append(0, 0)"]


def test_records_that_are_numbered_anew_are_the_same_records() -> None:
    state = State(log=(A0, B0))
    assert at_most_once(state)
    assert not at_most_once(state._replace(renumbered=frozenset({(B0, A0)})))
