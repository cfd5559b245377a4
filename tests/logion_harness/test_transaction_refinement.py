from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from logion.protocol.errors import Error
from logion.transaction import adding, ending, initializing
from logion.transaction.ending import ABORT, AGAIN, COMMIT, NEW, Outcome
from logion.transaction.state import State, Transaction
from logion_harness.transaction_refinement import (
    World,
    partition,
    refinement,
    seen,
)
from logion_model.kernel import explore
from logion_model.transaction.rules import KIP_890, PART_1, Rules
from logion_model.transaction.state import Coordinator, Phase

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("rules", [KIP_890, PART_1], ids=lambda rules: rules.name)
def test_the_code_refuses_and_does_what_the_model_does(rules: Rules) -> None:
    found = explore(refinement(rules))
    assert found.violation is None, str(found.violation)
    assert found.complete
    assert found.never_taken == ()


def test_what_the_code_knows_is_seen_in_the_models_terms() -> None:
    assert seen(World()) == Coordinator()
    names = frozenset({partition(0), partition(1)})
    known = Transaction("tx", 7, 1, 1, State.ONGOING, epoch=2, partitions=names)
    assert seen(World(known)) == Coordinator(Phase.ONGOING, 2, frozenset({0, 1}))
    decided = World(
        known._replace(state=State.PREPARE_ABORT), frozenset({partition(1)})
    )
    assert seen(decided) == Coordinator(Phase.PREPARE_ABORT, 2, frozenset({1}))


def instances_that_were_replaced_add(patch: pytest.MonkeyPatch) -> None:
    """Whoever knows the producer id adds partitions, whatever the epoch."""
    patch.setattr(adding, "check_claim", lambda *_: None)


def instances_that_were_replaced_end(patch: pytest.MonkeyPatch) -> None:
    """A zombie ends the transaction of the instance that replaced it."""
    patch.setattr(ending, "check_claim", lambda *_: None)


def partitions_added_while_markers_are_written(patch: pytest.MonkeyPatch) -> None:
    """The next transaction begins before the last one is complete."""
    patch.setattr(adding, "check_open", lambda _: None)
    patch.setattr(
        adding,
        "added",
        lambda known, names, *_: known._replace(
            state=State.ONGOING, partitions=known.partitions.union(names)
        ),
    )


def every_partition_is_vouched_for(patch: pytest.MonkeyPatch) -> None:
    """A late record of a transaction that has ended is let in."""
    patch.setattr(
        adding, "verified", lambda _, names, __: dict.fromkeys(names, Error.NONE)
    )


def an_end_that_takes_no_epoch(patch: pytest.MonkeyPatch) -> None:
    """A late record joins the next transaction."""
    prepared = ending.prepared

    def in_the_same_epoch(known: Transaction, *more: Any) -> Transaction:
        return prepared(known, *more)._replace(epoch=known.epoch)

    patch.setattr(ending, "prepared", in_the_same_epoch)


def a_repeated_end_is_fenced(patch: pytest.MonkeyPatch) -> None:
    """Who did not hear the answer is told that it was replaced."""
    patch.setattr(ending, "_is_repetition", lambda *_: False)


def a_commit_of_what_was_aborted(patch: pytest.MonkeyPatch) -> None:
    """A producer is told that its transaction is committed when it was aborted."""
    patch.setitem(
        ending.ENDS_OF_EPOCHS,  # type: ignore[arg-type]  # a dict, named a Mapping
        (State.COMPLETE_ABORT, COMMIT, AGAIN),
        Outcome.DONE,
    )


def a_commit_of_nothing(patch: pytest.MonkeyPatch) -> None:
    """A transaction that timed out before its first partition seems committed."""
    patch.setitem(
        ending.ENDS_OF_EPOCHS,  # type: ignore[arg-type]  # a dict, named a Mapping
        (State.EMPTY, COMMIT, NEW),
        Outcome.DONE,
    )


def an_abort_of_what_was_committed(patch: pytest.MonkeyPatch) -> None:
    """A producer is told that its transaction is aborted when it was committed."""
    patch.setitem(
        ending.ENDS,  # type: ignore[arg-type]  # a dict, named a Mapping
        (State.COMPLETE_COMMIT, ABORT),
        Outcome.DONE,
    )


def fencing_that_takes_no_epoch(patch: pytest.MonkeyPatch) -> None:
    """The producer whose transaction timed out goes on as if nothing were."""
    fence = ending.fence

    def in_the_same_epoch(known: Transaction, *more: Any) -> Transaction:
        return fence(known, *more)._replace(epoch=known.epoch)

    patch.setattr(ending, "fence", in_the_same_epoch)


def an_instance_with_the_epoch_of_the_one_before(patch: pytest.MonkeyPatch) -> None:
    """Two instances cannot be told apart."""
    patch.setattr(
        initializing, "_next_epochs", lambda known, *_: (known.epoch, known.last_epoch)
    )


def partitions_kept_when_all_is_done(patch: pytest.MonkeyPatch) -> None:
    """The next transaction has the partitions of the last one."""
    completed = ending.completed

    def with_partitions(known: Transaction, now_ms: int) -> Transaction:
        return completed(known, now_ms)._replace(partitions=known.partitions)

    patch.setattr(ending, "completed", with_partitions)


def a_commit_that_aborts(patch: pytest.MonkeyPatch) -> None:
    """What is decided is not what is completed."""
    completed = ending.completed

    def aborted(known: Transaction, now_ms: int) -> Transaction:
        return completed(known, now_ms)._replace(state=State.COMPLETE_ABORT)

    patch.setattr(ending, "completed", aborted)


PLANTED: tuple[tuple[Plant, Rules], ...] = (
    (instances_that_were_replaced_add, KIP_890),
    (instances_that_were_replaced_end, PART_1),
    (partitions_added_while_markers_are_written, KIP_890),
    (every_partition_is_vouched_for, PART_1),
    (an_end_that_takes_no_epoch, KIP_890),
    (a_repeated_end_is_fenced, KIP_890),
    (a_commit_of_what_was_aborted, KIP_890),
    (a_commit_of_nothing, KIP_890),
    (an_abort_of_what_was_committed, PART_1),
    (fencing_that_takes_no_epoch, PART_1),
    (an_instance_with_the_epoch_of_the_one_before, KIP_890),
    (partitions_kept_when_all_is_done, KIP_890),
    (a_commit_that_aborts, PART_1),
)


@pytest.mark.parametrize(("plant", "rules"), PLANTED)
def test_a_planted_bug_is_caught(
    plant: Plant, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert explore(refinement(rules)).violation
