"""What the checks of the catalogue find; coverage is not measured: see Makefile."""

from __future__ import annotations

import pytest
from logion_model.catalogue import CATALOGUE, check
from logion_model.entry import Entry, difference

QUICK = [entry for entry in CATALOGUE if entry.quick]
CURED = [entry.cured for entry in QUICK if entry.bug is not None]
"""What must hold with the cures of the bugs, at the same scopes."""


@pytest.mark.parametrize("entry", QUICK, ids=str)
def test_a_model_has_the_size_and_the_faults_that_it_is_known_for(
    entry: Entry,
) -> None:
    assert difference(entry, check(entry)) is None


@pytest.mark.parametrize("entry", CURED, ids=str)
def test_what_a_bug_breaks_holds_at_the_same_scope_with_its_cure(entry: Entry) -> None:
    report = check(entry)
    assert report.violation is None
    assert report.complete
