from __future__ import annotations

import json
from pathlib import Path

import pytest
from logion_conformance import cli
from logion_conformance.results import data
from logion_conformance.results.model import Report

from tests.logion_conformance.results.made import EARLY, MIXED, case, report, trial

OTHER = report(case("produce.broken", trial("PASS", 3)), name="other")


def saved(folder: Path, found: Report) -> str:
    file = folder / f"{found.target.name}.json"
    file.write_text(data.write(found))
    return str(file)


def test_reports_are_put_into_other_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [saved(tmp_path, it) for it in (MIXED, OTHER)]
    forms = {it: tmp_path / it for it in ("html", "markdown", "badge", "brief")}
    flags = [part for it, file in forms.items() for part in (f"--{it}", str(file))]
    assert cli.main(["report", *files, *flags]) == 0
    assert (
        "<title>Kafka conformance: logion, other</title>" in forms["html"].read_text()
    )
    assert forms["markdown"].read_text().count("## Kafka conformance: ") == 2
    assert "2 of 4" in forms["badge"].read_text()
    assert forms["brief"].read_text() == data.brief(MIXED)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == forms["html"].as_uri()
    assert said[-1] == "other keeps 1 of 1 promises"


def test_two_reports_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (saved(tmp_path, it) for it in (MIXED, OTHER))
    assert cli.main(["compare", one, one]) == 0
    assert capsys.readouterr().out == "0 of 6 cases differ\n"
    assert cli.main(["compare", one, other]) == 1
    said = capsys.readouterr().out
    assert "  logion: FAIL: the reason of FAIL\n  other: PASS\n" in said
    assert said.endswith("\n6 of 6 cases differ\n")


def test_a_report_that_ended_early_is_compared_with_a_word_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, EARLY)
    assert cli.main(["compare", file, file]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "logion ended early: 5 of 40 cases judged"


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    page = tmp_path / "a/b/page.html"
    assert cli.main(["report", saved(tmp_path, MIXED), "--html", str(page)]) == 0
    assert page.exists()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (None, "No such file"),
        (b"\xff", "a.json: expected UTF-8: "),
        (json.dumps({"format": 9}).encode(), "a.json: format: expected 1, found 9"),
    ],
)
def test_what_is_no_report_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    written: bytes | None,
    text: str,
) -> None:
    file = tmp_path / "a.json"
    if written is not None:
        file.write_bytes(written)
    assert cli.main(["report", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("logion conformance report: ")
    assert text in said
