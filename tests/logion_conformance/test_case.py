from __future__ import annotations

from collections import Counter

from logion.client.versions import VersionRange, versions_of
from logion.protocol.apis import FETCH, PRODUCE, api_named
from logion_conformance.case import (
    MUST,
    SHOULD,
    Case,
    is_named,
    limits_of,
    quick,
    unsupported,
    versions_to_try,
)
from logion_conformance.catalogue import functions

READS = Case("area.topic.detail", MUST, "KIP-1", {"Fetch": "4+", "Produce": "3-5"})


def all_cases() -> list[Case]:
    return [case for case, _ in functions()]


def test_every_case_has_an_id_of_its_own() -> None:
    ids = Counter(case.id for case in all_cases())
    assert [name for name, uses in ids.items() if uses > 1] == []


def test_every_case_says_how_binding_it_is_and_cites_its_source() -> None:
    assert len(all_cases()) > 100
    for case in all_cases():
        assert case.level in (MUST, SHOULD), case
        assert len(case.cites) > 5, case
        assert "." in case.id, case


def test_every_case_names_apis_and_versions_that_exist() -> None:
    for case in all_cases():
        limits = limits_of(case)
        assert len(limits) == len(case.apis)
        assert all(limit.first <= limit.last for limit in limits.values()), case


def test_the_area_is_the_first_word_of_the_id() -> None:
    assert READS.area == "area"


def test_limits_are_what_the_case_can_speak_and_we_do() -> None:
    newest = api_named("Fetch").versions[-1]
    expected = {FETCH: VersionRange(4, newest), PRODUCE: VersionRange(3, 5)}
    assert limits_of(READS) == expected


def test_a_version_that_is_tried_is_that_of_the_first_api() -> None:
    assert limits_of(READS, 7)[FETCH] == VersionRange(7, 7)
    assert limits_of(READS, 7)[PRODUCE] == VersionRange(3, 5)


def test_a_broker_without_the_api_is_unsupported() -> None:
    reason = unsupported(READS, versions_of([(FETCH, 0, 11)]))
    assert reason == "the broker does not advertise Produce"


def test_a_broker_without_the_versions_is_unsupported() -> None:
    reason = unsupported(READS, versions_of([(FETCH, 0, 3), (PRODUCE, 0, 9)]))
    assert reason == "the broker advertises Fetch 0 to 3; the case needs 4+"


def test_a_broker_with_one_version_of_each_is_judged() -> None:
    assert unsupported(READS, versions_of([(FETCH, 4, 4), (PRODUCE, 5, 9)])) is None


def test_every_version_that_both_speak_is_tried() -> None:
    assert versions_to_try(READS, versions_of([(FETCH, 0, 6)])) == [4, 5, 6]
    assert versions_to_try(READS, versions_of([(PRODUCE, 0, 6)])) == []
    assert versions_to_try(READS, None)[0] == 4


def test_a_quick_run_tries_the_oldest_and_the_newest() -> None:
    assert quick([6, 4, 5]) == [4, 6]
    assert quick([4]) == [4]
    assert quick([]) == []


def test_cases_are_named_by_one_of_some_patterns() -> None:
    assert is_named("fetch.cut", "fetch.*")
    assert is_named("order.answers", "fetch.*,order.*")
    assert not is_named("orders.x", "fetch.*,order.*")
