"""Every miniature is caught by the cases that it names: the judge is judged."""

from __future__ import annotations

import logging

import pytest
from logion_harness.miniatures.catalogue import MINIATURES, find
from logion_harness.miniatures.judging import failed_of_named, failed_of_reference
from logion_harness.miniatures.miniature import Miniature
from logion_harness.miniatures.suite import suite

from tests.effort import usually

ALL = {it.name for it in MINIATURES}
SOME = {it.name for it in MINIATURES[::3]}
"""Enough of them for `make test`; `make verify` tries all."""


def is_usual(miniature: Miniature) -> bool:
    stops = any(suite()[it].stops_the_broker for it in miniature.cases)
    return miniature.name in SOME and not stops


def test_names_are_unique() -> None:
    names = [it.name for it in MINIATURES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("miniature", MINIATURES, ids=lambda it: it.name)
def test_a_miniature_names_cases_that_exist(miniature: Miniature) -> None:
    assert miniature.cases
    assert set(miniature.cases) <= suite().keys()


@pytest.mark.parametrize("miniature", MINIATURES, ids=lambda it: it.name)
def test_what_a_miniature_puts_a_defect_into_exists(miniature: Miniature) -> None:
    with miniature.defect.put_in():
        pass


def test_a_name_of_none_is_refused_with_all_names() -> None:
    with pytest.raises(ValueError, match="'kafka' is no miniature: expected one of "):
        find("kafka")


@pytest.mark.parametrize(
    "miniature", usually(MINIATURES, is_usual), ids=lambda it: it.name
)
def test_a_miniature_fails_the_cases_that_it_names_and_does_not_fall_over(
    miniature: Miniature, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert failed_of_named(miniature) == set(miniature.cases)
    assert caplog.messages == []


@pytest.mark.parametrize("tried", usually((SOME, ALL), lambda it: it is SOME), ids=len)
@pytest.mark.parametrize("played", sorted({it.release for it in MINIATURES}))
def test_the_reference_fails_none_of_the_cases_that_miniatures_do(
    played: str, tried: set[str]
) -> None:
    playing = [it for it in MINIATURES if it.release == played and it.name in tried]
    named = {case_id for miniature in playing for case_id in miniature.cases}
    assert failed_of_reference(played, sorted(named)) == set()
