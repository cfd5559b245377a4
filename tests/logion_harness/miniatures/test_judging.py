from __future__ import annotations

from collections.abc import Mapping

import pytest
import trio
from logion_conformance.results.model import Verdict
from logion_harness.miniatures import judging
from logion_harness.miniatures.__main__ import main
from logion_harness.miniatures.catalogue import find
from logion_harness.miniatures.judging import judged, running
from logion_harness.miniatures.suite import Judge, suite

IGNORES_CRC = find("ignores-crc")
WRONG, RIGHT, OLD = "batches.crc.wrong", "batches.codecs", "fetch.cut"


def test_a_defect_fails_its_case_and_no_other() -> None:
    assert judged(IGNORES_CRC, [WRONG, RIGHT, OLD]) == {
        WRONG: Verdict.FAIL,
        RIGHT: Verdict.PASS,
        OLD: Verdict.UNSUPPORTED,
    }


def test_a_case_that_stops_the_broker_needs_a_process() -> None:
    with running(IGNORES_CRC) as target:
        found = trio.run(Judge(target, 1.0).verdict, suite()["restart.records"])
    assert found is Verdict.UNTESTABLE


@pytest.mark.parametrize(("verdict", "status"), [(Verdict.FAIL, 0), (Verdict.PASS, 1)])
def test_a_miniature_that_is_not_caught_is_told(
    verdict: Verdict,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def found(*_: object) -> Mapping[str, Verdict]:
        return {WRONG: verdict, RIGHT: Verdict.PASS}

    monkeypatch.setattr(judging, "judged", found)
    assert main(["--judge", "ignores-crc"]) == status
    out = capsys.readouterr().out
    assert (f"not caught by {WRONG}" in out) == bool(status)


def test_cases_with_several_inputs_are_tried_with_each() -> None:
    assert len(list(suite()["topics.names.invalid"].arguments())) == 10
    keys = [it["key"] for it in suite()["configs.changed.invalid"].arguments()]
    assert keys == ["no.such.setting", *["retention.ms"] * 3]
    assert suite()["quotas.set"].has_version
