from __future__ import annotations

from logion.group.classic.state import ClassicGroup
from logion.group.classic.steps import AnswerJoin, JoinAnswer, Step, StoreEmpty
from logion.protocol.errors import Error


def test_effects_that_come_before_are_done_first_and_answers_stay() -> None:
    told = JoinAnswer(Error.NONE, "a")
    step = Step(ClassicGroup("g"), (StoreEmpty(),), join=told, error=Error.NONE)
    before = step.before(AnswerJoin("b", told))
    assert before.effects == (AnswerJoin("b", told), StoreEmpty())
    assert before.join == told
