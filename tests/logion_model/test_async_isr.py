from __future__ import annotations

import pytest
from logion_model.async_isr import (
    COUNTS_KNOWN,
    KIP_497,
    Scope,
    State,
    Versioned,
    accept,
    high_watermark,
    learn,
    no_follower_is_ahead,
    propose_expand,
    specification,
)

BOTH, ALONE = frozenset({0, 1}), frozenset({0})
START = State(Versioned(BOTH, 0), Versioned(BOTH, 0), (1, 0))


def test_a_leader_counts_those_that_it_has_proposed() -> None:
    waiting = START._replace(known=Versioned(ALONE, 1), proposed=BOTH)
    assert high_watermark(KIP_497, waiting) == 0
    assert high_watermark(COUNTS_KNOWN, waiting) == 1


def test_a_follower_below_the_high_watermark_may_not_join() -> None:
    behind = START._replace(known=Versioned(ALONE, 1))
    assert not list(propose_expand(KIP_497, behind))
    ((action, after),) = propose_expand(KIP_497, behind._replace(end_offsets=(1, 1)))
    assert str(action) == "propose_expand(1)"
    assert after.proposals == {Versioned(BOTH, 1)}


def test_a_proposal_made_at_another_version_is_refused() -> None:
    late = START._replace(
        truth=Versioned(BOTH, 2), proposals=frozenset({Versioned(ALONE, 1)})
    )
    assert not list(accept(KIP_497, late))


def test_an_isr_older_than_the_known_one_is_ignored() -> None:
    told = START._replace(updates=frozenset({Versioned(ALONE, 1)}))
    ((_, after),) = learn(KIP_497, told)
    assert after.known == Versioned(ALONE, 1)
    assert not list(learn(KIP_497, after))


def test_a_world_without_a_leader_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one replica"):
        specification(KIP_497, Scope(0, 1, 1))


def test_a_follower_that_is_ahead_of_its_leader_is_noticed() -> None:
    assert no_follower_is_ahead(START)
    assert not no_follower_is_ahead(START._replace(end_offsets=(1, 2)))
