from __future__ import annotations

from logion_model.kernel import explore
from logion_model.log import Scope
from logion_model.log_folder import KAFKA_3968, SYNCED, specification

SCOPE = Scope(2, 1, 0)


def test_a_segment_that_was_flushed_is_gone_if_its_name_is_not_safe() -> None:
    report = explore(specification(KAFKA_3968, SCOPE))
    assert report.violation is not None
    assert [str(step.action) for step in report.violation.steps[1:]] == [
        "append(1)",
        "roll()",
        "append(1)",
        "flush()",
        "crash(0, 1)",
    ]


def test_a_log_whose_folder_is_synced_is_as_if_it_had_none() -> None:
    report = explore(specification(SYNCED, SCOPE))
    assert report.violation is None
    assert report.distinct == 56
