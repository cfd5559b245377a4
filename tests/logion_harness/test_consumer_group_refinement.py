"""The rules of consumer groups do what the model allows, and planted bugs do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from logion.group.consumer import heartbeat, leaving, reconciliation
from logion_harness.consumer_group_refinement import refinement
from logion_model.consumer_group import KIP_848, Scope, specification
from logion_model.kernel import explore

SMALL = Scope(members=2, partitions=2, changes=3)
WIDE = Scope(members=3, partitions=2, changes=3)

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.world
@pytest.mark.parametrize("scope", [SMALL, WIDE], ids=["small", "wide"])
def test_each_step_of_the_code_is_where_the_model_leads(scope: Scope) -> None:
    found = explore(refinement(scope))
    assert found.violation is None, str(found.violation)
    assert (found.complete, found.never_taken) == (True, ())


def test_the_code_is_in_no_state_that_the_model_does_not_reach() -> None:
    code = explore(refinement(SMALL), invariants=())
    specified = explore(specification(KIP_848, SMALL), invariants=())
    assert 50 < code.distinct < specified.distinct


def partitions_given_before_they_are_free(patch: pytest.MonkeyPatch) -> None:
    """A member gets what another has not given up."""
    nobody: frozenset[object] = frozenset()
    patch.setattr(reconciliation._Step, "_taken", lambda _: nobody)


def revocations_not_awaited(patch: pytest.MonkeyPatch) -> None:
    """What was taken away counts as given up at once."""
    patch.setattr(reconciliation, "_owns", lambda *_: False)


def silence_taken_for_a_revocation(patch: pytest.MonkeyPatch) -> None:
    """A member that says nothing of what it owns is taken to own nothing."""
    owns = reconciliation._owns
    patch.setattr(
        reconciliation,
        "_owns",
        lambda owned, those: owned is not None and owns(owned, those),
    )


def the_target_stays_as_it_was(patch: pytest.MonkeyPatch) -> None:
    """The work is not divided anew."""
    patch.setattr(heartbeat, "update_target", lambda *_: None)


def members_leave_without_a_trace(patch: pytest.MonkeyPatch) -> None:
    """The epoch of the group does not rise when a member leaves."""
    patch.setattr(leaving, "update_metadata", lambda *_, **__: None)


def new_work_is_not_told(patch: pytest.MonkeyPatch) -> None:
    """A member that moves on is not told what it has now."""
    patch.setattr(heartbeat, "_told", lambda _: None)


BUGS: tuple[Plant, ...] = (
    partitions_given_before_they_are_free,
    revocations_not_awaited,
    silence_taken_for_a_revocation,
    the_target_stays_as_it_was,
    members_leave_without_a_trace,
    new_work_is_not_told,
)


@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert explore(refinement(SMALL)).violation is not None
