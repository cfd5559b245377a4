from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from logion_conformance import expected
from logion_conformance.results.model import Expected

ENTRY = """
[[failure]]
case = "fetch.epochs"
versions = "4-6"
reason = "says too little"
link = "https://example.org"
"""
BECAUSE = Expected("says too little", "https://example.org")
SHIPPED = sorted(
    it.name
    for it in (files("logion_conformance") / "expectations").iterdir()
    if it.name.endswith(".toml")
)


@pytest.mark.parametrize(
    ("case", "version", "found"),
    [
        ("fetch.epochs", 4, BECAUSE),
        ("fetch.epochs", 7, None),
        ("fetch.epochs", None, BECAUSE),
        ("fetch.epochs.more", 4, None),
    ],
)
def test_an_entry_is_about_one_case_in_some_versions(
    case: str, version: int | None, found: Expected | None
) -> None:
    assert expected.expected_of(expected.parse(ENTRY), case, version) == found


def test_without_versions_all_are_meant() -> None:
    (failure,) = expected.parse(ENTRY.replace('versions = "4-6"', ""))
    assert failure.fits("fetch.epochs", 99)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ENTRY.replace("link", "url"), "failure 1: expected case, reason, link and"),
        (ENTRY.replace('"says too little"', '""'), "failure 1: expected texts"),
        (ENTRY.replace("4-6", "old"), "failure 1, versions: .*'old'"),
        ("[expected]", r"expected \[\[failure\]\] alone, found \['expected'\]"),
        ("failure = [1]", "expected .*tables"),
        ("[[", "Expected|Invalid|Cannot"),
    ],
)
def test_a_file_that_says_something_else_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        expected.parse(text)


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml: "):
        expected.read_file(tmp_path / "nowhere.toml")
    text = ENTRY.replace("fetch.epochs", "epochs.current")
    (tmp_path / "x.toml").write_text(text)
    assert expected.read_file(tmp_path / "x.toml") == expected.parse(text)


def test_a_case_that_does_not_exist_is_told_with_what_may_be_meant(
    tmp_path: Path,
) -> None:
    (tmp_path / "x.toml").write_text(ENTRY.replace("fetch.epochs", "epochs.curent"))
    complaint = "x.toml: no case has the id 'epochs.curent'; is it epochs.current?"
    with pytest.raises(ValueError, match=re.escape(complaint)):
        expected.read_file(tmp_path / "x.toml")
    nothing_near = expected.parse(ENTRY.replace("fetch.epochs", "?"))
    with pytest.raises(ValueError, match=r"no case has the id '\?'$"):
        expected.of_cases(nothing_near)


def test_a_target_without_a_file_has_no_known_failures() -> None:
    assert expected.shipped("127.0.0.1:9092") == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_lists_of_the_package_can_be_read(name: str) -> None:
    assert expected.of_cases(expected.shipped(name.removesuffix(".toml")))
