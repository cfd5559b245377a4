from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from logion_conformance.results import badge
from logion_conformance.results.model import Early, Report

from tests.logion_conformance.results.made import (
    EARLY,
    KNOWN,
    MIXED,
    case,
    report,
    trial,
)

FINE = report(case("a.b", trial("PASS")))
KNOWN_ALONE = report(case("a.b", trial("FAIL", known=KNOWN)))
SHORT = replace(FINE, ended_early=Early(1, 40))
NONE = report(case("a.b", trial("UNSUPPORTED")))


@pytest.mark.parametrize(
    ("found", "message", "colour"),
    [
        (FINE, "1 of 1", badge.FINE),
        (KNOWN_ALONE, "0 of 1", badge.MIXED),
        (MIXED, "2 of 4", badge.BAD),
        (NONE, "not judged", badge.NONE),
        (SHORT, "ended early: 1 of 40 cases judged", badge.NONE),
        (EARLY, "ended early: 5 of 40 cases judged", badge.BAD),
    ],
)
def test_a_badge_says_how_many_promises_are_kept(
    found: Report, message: str, colour: str
) -> None:
    assert badge.message(found) == message
    assert badge.colour(found) == colour


def test_a_badge_is_a_picture_whatever_the_target_is_called() -> None:
    made = badge.badge(report(*MIXED.cases, name='<b>"'))
    root = ElementTree.fromstring(made)
    assert root.get("aria-label") == 'Kafka conformance of <b>": 2 of 4'
