"""Two checkers vouch for each other: TLC and ours, on the same specifications."""

from __future__ import annotations

import pytest
from logion_conformance import apache
from logion_model.kernel import explore
from logion_model.replication import base, kip_320
from logion_model.replication.base import Scope

from tests.integration import tlc
from tests.logion_model.kernel import two_phase_commit

pytestmark = pytest.mark.skipif(
    apache.missing() is not None, reason="needs Java, Maven"
)


@pytest.mark.parametrize(
    "scope", [Scope(2, 2, 2, 0), Scope(2, 2, 2, 1), Scope(2, 3, 2, 1)], ids=str
)
def test_tlc_finds_as_many_states_of_replication_as_deep_and_nothing_broken(
    scope: Scope,
) -> None:
    constants = {"N": 0, "LogSize": 0, "Records": 0, "Epochs": 0}
    found = tlc.check(
        "Replication",
        dict(zip(constants, scope, strict=True)),
        ["WeakIsr", "StrongIsr", "LeaderInIsr"],
    )
    ours = explore(base.specification(kip_320.RULES, scope))
    assert (found.distinct, found.depth) == (ours.distinct, ours.depth)
    assert found.holds
    assert ours.violation is None


@pytest.mark.parametrize("managers", [3, 4, 5])
def test_tlc_finds_as_many_states_of_two_phase_commit_as_deep_and_nothing_broken(
    managers: int,
) -> None:
    found = tlc.check("TwoPhaseCommit", {"N": managers}, ["Consistent"])
    ours = explore(two_phase_commit.specification(managers))
    assert (found.distinct, found.depth) == (ours.distinct, ours.depth)
    assert found.holds
    assert ours.violation is None
