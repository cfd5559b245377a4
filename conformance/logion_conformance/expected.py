"""Failures that are expected of a target: a file in TOML, one entry for each.

    [[failure]]
    case = "fetch.epochs.diverging"
    versions = "12+"    # of the case's first API; all if it is left out
    reason = "answers OFFSET_OUT_OF_RANGE"
    link = "https://issues.apache.org/jira/browse/KAFKA-..."

They are strict: one that does not fail is reported and fails the run, and so is the id
of no case, so that the file stays true. The package has files for targets it starts;
`--expected FILE` names others.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from logion.protocol.schema import parse_versions

from logion_conformance import catalogue
from logion_conformance.results.model import Expected

FIELDS = {"case", "versions", "reason", "link"}
NEEDED = FIELDS - {"versions"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that is known to fail on a target, in some versions."""

    case: str
    versions: str
    """In Kafka's notation."""
    expected: Expected

    def fits(self, case_id: str, version: int | None) -> bool:
        """Whether a trial is to fail."""
        if case_id != self.case:
            return False
        return version is None or version in parse_versions(self.versions)


def expected_of(
    failures: tuple[Failure, ...], case_id: str, version: int | None
) -> Expected | None:
    """Return why a trial is expected to fail; None if it is not."""
    found = (it.expected for it in failures if it.fits(case_id, version))
    return next(found, None)


def read_file(file: Path) -> tuple[Failure, ...]:
    """Return the failures that a file lists; ValueError says what is wrong with it."""
    try:
        return of_cases(parse(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as failure:
        raise ValueError(f"{file}: {failure}") from failure


def shipped(target: str) -> tuple[Failure, ...]:
    """Return the failures that are known of a target; none if it has no file."""
    file = files("logion_conformance") / "expectations" / f"{target}.toml"
    return parse(file.read_text(encoding="utf-8")) if file.is_file() else ()


def of_cases(failures: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """Return failures; ValueError names what is the id of no case."""
    known = catalogue.ids() if failures else frozenset()
    for failure in failures:
        if failure.case not in known:
            near = get_close_matches(failure.case, known, 1)
            hint = f"; is it {near[0]}?" if near else ""
            raise ValueError(f"no case has the id {failure.case!r}{hint}")
    return failures


def parse(text: str) -> tuple[Failure, ...]:
    """Return the failures that a text lists; ValueError says what is wrong with it."""
    data = tomllib.loads(text)
    if set(data) - {"failure"}:
        raise ValueError(f"expected [[failure]] alone, found {sorted(data)}")
    rows = data.get("failure", [])
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("expected [[failure]], tables, found something else")
    return tuple(entry(row, number) for number, row in enumerate(rows, 1))


def entry(row: dict[str, Any], number: int) -> Failure:
    """Return what the table of a file, counted from 1, says."""
    if not NEEDED <= set(row) <= FIELDS:
        wanted = "case, reason, link and perhaps versions"
        raise ValueError(f"failure {number}: expected {wanted}, found {sorted(row)}")
    if not all(isinstance(it, str) and it for it in row.values()):
        raise ValueError(f"failure {number}: expected texts, found {row}")
    versions = row.get("versions", "0+")
    try:
        parse_versions(versions)
    except ValueError as failure:
        raise ValueError(f"failure {number}, versions: {failure}") from failure
    return Failure(row["case"], versions, Expected(row["reason"], row["link"]))
