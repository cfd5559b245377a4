from __future__ import annotations

import pytest
from logion_model.catalogue import MODELS
from logion_model.kernel import explore
from logion_model.mutants.change import changed, rewritten
from logion_model.replication import base, kip_320


def any_epoch(epoch: int) -> bool:
    return epoch < 3


def test_a_change_holds_for_a_while_whoever_calls_the_function() -> None:
    change = rewritten("later", any_epoch, ("epoch < 3", "epoch < 5"))
    with change.made():
        assert any_epoch(4)
    assert not any_epoch(4)


def test_a_change_ends_where_something_fails() -> None:
    change = rewritten("later", any_epoch, ("epoch < 3", "epoch < 5"))
    with pytest.raises(RuntimeError), change.made():
        raise RuntimeError
    assert not any_epoch(4)


@pytest.mark.parametrize("part", ["epoch > 3", "epoch"])
def test_a_part_that_is_not_there_once_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="must have one 'epoch"):
        rewritten("later", any_epoch, (part, "epoch < 5"))


def test_a_changed_specification_takes_other_steps_and_keeps_its_promises() -> None:
    spec = MODELS["kip-320"].at((2, 2, 2, 1))
    change = rewritten("all lead", base._leaders, ("replica.leader == index", "True"))
    report = explore(changed(spec, change))
    assert report.violation
    assert report.violation.broken == "weak-isr"
    assert explore(spec).distinct == 957, "nothing of it is left"
    assert kip_320.RULES.may_fetch(spec.initial[0], 0, 1) is False
