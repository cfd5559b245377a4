"""docs/client-suites.md says what the last run of the clients' suites has shown."""

from __future__ import annotations

import pytest

from tests.docs import suites_page
from tests.integration.suites.catalogue import SUITES
from tests.integration.suites.kinds import FAILED, Suite

each_suite = pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)


def test_the_page_is_what_the_result_gives() -> None:
    assert suites_page.PAGE.read_text() == suites_page.page(suites_page.kept()), (
        "run: make suites"
    )


@each_suite
def test_the_result_is_of_the_version_that_is_pinned(suite: Suite) -> None:
    assert suites_page.kept()[suite.name]["version"] == suite.version()


@each_suite
def test_every_failure_is_explained_and_every_explanation_needed(suite: Suite) -> None:
    outcomes = suites_page.outcomes_of(suites_page.kept()[suite.name])
    failed = set(suites_page.named(outcomes, FAILED))
    assert failed - suite.races.keys() == suite.explained.keys()
