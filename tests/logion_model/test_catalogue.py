from __future__ import annotations

import pytest
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.entry import Scope

QUICK = [entry for entry in CATALOGUE if entry.quick]


def test_most_of_the_catalogue_is_quick() -> None:
    assert len(QUICK) > 0.7 * len(CATALOGUE)


@pytest.mark.parametrize("name", MODELS)
def test_every_promise_of_a_model_is_judged_in_a_world_whose_states_are_counted(
    name: str,
) -> None:
    assert any(
        entry.name == name and entry.properties is None and entry.distinct
        for entry in QUICK
    )


@pytest.mark.parametrize("scope", [(2, 2, 2), (2, 2, 2, -1), (0, 1, 1, 1)])
def test_a_scope_that_a_model_cannot_have_is_refused(scope: Scope) -> None:
    with pytest.raises(ValueError, match="scope"):
        MODELS["kip-320"].at(scope)


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("kip-279", (2, 3, 3, 3)),
        ("kip-320-first-try", (2, 3, 3, 3)),
        ("kip-320-first-try", (3, 3, 3, 2)),
        ("kip-320", (3, 2, 2, 3)),
    ],
)
def test_the_largest_worlds_are_left_to_the_fast_search_when_all_is_asked_for(
    name: str, scope: Scope
) -> None:
    (entry,) = (it for it in CATALOGUE if (it.name, it.scope) == (name, scope))
    assert not entry.quick
    assert MODELS[name].pack is not None
