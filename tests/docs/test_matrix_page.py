"""What is kept of the suite's verdicts on all targets, and the page that shows it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from logion_conformance import catalogue, expected
from logion_conformance.guarding import NOT_BUILT
from logion_conformance.results import data
from logion_conformance.results.model import Report, Verdict

from tests.docs import matrix_page
from tests.docs.matrix_page import STAND_INS, TARGETS, kept, pairs
from tests.logion_conformance.results.made import MIXED, case, report, trial

KEPT = kept()


def test_the_page_shows_what_is_kept() -> None:
    assert matrix_page.PAGE.read_text() == matrix_page.document(KEPT), (
        "run `make matrix TARGETS=--page`"
    )


@pytest.mark.parametrize("target", [it for it in KEPT if it not in STAND_INS])
def test_every_failure_of_apache_and_of_the_reference_is_known(target: str) -> None:
    assert [it.id for it in KEPT[target].unexpected] == []


@pytest.mark.parametrize("release", dict(pairs(KEPT)))
def test_the_reference_differs_from_apache_kafka_only_in_known_failures(
    release: str,
) -> None:
    known = expected.shipped(KEPT[f"apache-{release}"].target.name)
    differing = {row.id for row in dict(pairs(KEPT))[release] if row.differs()}
    assert differing <= {it.case for it in known}


def test_what_is_known_of_the_mock_is_found_again() -> None:
    found = {it.id: it.verdict for it in KEPT["librdkafka-mock"].cases}
    accepts_any_checksum, serves_aborted = "batches.crc.wrong", "transactions.read.open"
    assert found[accepts_any_checksum] == found[serves_aborted] == Verdict.FAIL
    assert found["produce.offsets.consecutive"] == Verdict.PASS


def test_the_cases_are_those_of_the_suite() -> None:
    assert {it.id for each in KEPT.values() for it in each.cases} <= catalogue.ids()


def report_of(name: str, verdict: str) -> Report:
    """Return a report of one case with this verdict."""
    return report(case("a.b", trial(verdict)), name=name)


def test_where_logion_and_apache_kafka_differ_is_told() -> None:
    reports = {
        "logion-2.8": report_of("logion-2.8", "PASS"),
        "apache-2.8": report_of("apache-2.8.2", "FAIL"),
    }
    text = "\n".join(matrix_page.beside_apache(reports))
    assert "| 2.8 | 0 | 1 | 0 |" in text
    assert "- 2.8, `a.b`: logion PASS; Apache Kafka FAIL: " in text


def test_what_the_reference_has_not_got_yet_is_no_other_verdict() -> None:
    unbuilt = report(case("a.b", replace(trial("UNSUPPORTED"), reason=NOT_BUILT)))
    reports = {"logion-2.8": unbuilt, "apache-2.8": report_of("apache-2.8.2", "PASS")}
    assert "| 2.8 | 0 | 0 | 0 |" in "\n".join(matrix_page.beside_apache(reports))


def test_what_a_stand_in_does_not_keep_is_told() -> None:
    text = "\n".join(matrix_page.of_stand_ins({"kfake": report_of("", "FAIL")}))
    assert "| a | 0 | `a.b` |" in text


def test_what_has_not_been_judged_is_told() -> None:
    kept = dict.fromkeys(TARGETS[1:], report_of("", "PASS"))
    assert list(matrix_page.missing(kept)) == ["\nNot judged yet: `logion-0.8.2`."]
    assert not list(matrix_page.missing({**kept, "logion-0.8.2": MIXED}))


def test_a_target_is_judged_and_what_was_found_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> None:
        file = Path(command[command.index("--report-json") + 1])
        found = report(case("z.new", trial("PASS"))) if "--case" in command else MIXED
        file.write_text(data.write(found))

    for folder in ("KEPT", "REPORTS"):
        monkeypatch.setattr(matrix_page, folder, tmp_path / folder.lower())
    (tmp_path / "reports").mkdir()
    monkeypatch.setattr(matrix_page, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(subprocess, "run", run)
    assert matrix_page.main(["kfake"]) == 0
    assert "| `kfake` |" in (tmp_path / "page.md").read_text()
    (again,) = kept().values()
    assert [it.verdict for it in again.cases] == [it.verdict for it in MIXED.cases]
    whole = (tmp_path / "reports" / "kfake.json").read_text()
    assert matrix_page.main(["kfake", "--case", "z.*"]) == 0
    assert (tmp_path / "reports" / "kfake.json").read_text() == whole
    (again,) = kept().values()
    assert [it.id for it in again.cases] == [*(it.id for it in MIXED.cases), "z.new"]
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    assert matrix_page.main(["kfake"]) == 1
