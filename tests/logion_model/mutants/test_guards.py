from __future__ import annotations

from collections.abc import Iterator

from logion_model.catalogue import MODELS
from logion_model.kernel import Action, Spec, explore
from logion_model.mutants.change import changed
from logion_model.mutants.guards import guards


def count(number: int) -> Iterator[tuple[Action, int]]:
    if number < 8:
        yield Action("up"), number + 1


def names(name: str, *scopes: tuple[int, ...]) -> list[str]:
    return [it.name for it in guards(MODELS[name].at(scope) for scope in scopes)]


def test_each_part_of_a_condition_is_a_guard_of_its_own() -> None:
    found = names("kip-320", (2, 2, 2, 1))
    assert "become_leader: leader is None" in found
    assert "become_leader: epoch <= state.replicas[leader].epoch" in found
    assert "may_join: has_committed_in_its_epoch(state, leader)" in found


def test_a_branch_that_returns_is_guarded_however_much_it_does_before() -> None:
    assert "resolved: leader.end < follower.end" in names("out-of-range", (3, 1))


def test_the_bounds_of_the_world_are_no_guards() -> None:
    assert [it for it in names("kip-320", (2, 2, 2, 1)) if "scope" in it] == []


def test_what_is_asked_apart_from_the_steps_is_no_guard() -> None:
    found = names("transactions-kip-890", (1, 2, 1, 2, 1, 1))
    assert [it for it in found if it.startswith("World.is_within")] == []


def test_of_several_conditions_that_read_alike_each_has_its_name() -> None:
    found = names("kip-966", (2, 2, 2, 1, 1, 0, 1, 0, 0, 0, 1, 0))
    assert len(set(found)) == len(found) > 20


def test_functions_that_belong_to_no_specification_are_left_alone() -> None:
    spec = Spec(name="mine", initial=(0,), next=count, actions=("up",))
    assert guards([spec]) == ()


def test_a_guard_that_is_off_lets_more_happen() -> None:
    spec = MODELS["kip-320"].at((2, 2, 2, 1))
    (fence,) = [
        it for it in guards([spec]) if it.name.startswith("may_follow: leader.e")
    ]
    assert explore(changed(spec, fence), invariants=()).distinct > 957
