from __future__ import annotations

import pytest
from logion_model.catalogue import CATALOGUE, FAMILY, MODELS
from logion_model.mutants.guards import guards
from logion_model.mutants.subjects import ADDITIONS, FURTHER, SUBJECTS, guards_of


@pytest.mark.world
@pytest.mark.parametrize("name", sorted(ADDITIONS))
def test_of_another_variant_only_what_it_adds_is_switched_off(name: str) -> None:
    own = {(it.function, it.name) for it in guards_of(name)}
    family = [it for it in SUBJECTS if FAMILY[it] == FAMILY[name] and it != name]
    assert own
    for other in family:
        assert not own & {(it.function, it.name) for it in guards_of(other)}


@pytest.mark.verify
def test_no_other_variant_has_a_guard_that_is_not_switched_off() -> None:
    judged = {(it.function, it.name) for name in SUBJECTS for it in guards_of(name)}
    scopes = {it.name: it.scope for it in reversed(CATALOGUE)}
    for name in MODELS.keys() - SUBJECTS.keys():
        own = guards([MODELS[name].at(scopes[name])])
        assert {(it.function, it.name) for it in own} <= judged


@pytest.mark.world
def test_guards_that_need_a_larger_world_are_those_of_a_subject() -> None:
    for name, further in FURTHER.items():
        assert set(further) <= {it.name for it in guards_of(name)}
        for scope in further.values():
            assert scope not in SUBJECTS[name]
            assert MODELS[name].at(scope)


def test_a_function_of_two_variants_is_told_from_one_of_the_same_name() -> None:
    guard = "may_join: has_committed_in_its_epoch(state, leader)"
    (first,) = [it for it in guards_of("kip-320") if it.name == guard]
    (second,) = [it for it in guards_of("kip-320-first-try") if it.name == guard]
    assert first.function is not second.function
