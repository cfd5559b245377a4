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
