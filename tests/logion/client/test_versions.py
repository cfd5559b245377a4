from __future__ import annotations

import pytest
from logion.client.versions import (
    VersionRange,
    Versions,
    api_key_of,
    declared,
    versions_of,
)
from logion.protocol.apis import FETCH, METADATA, api_named
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.fetch import FetchPartition
from logion.protocol.messages.metadata import MetadataRequest


def test_the_newest_version_is_the_newest_that_both_speak() -> None:
    assert versions_of([(FETCH, 0, 11)]).newest(FETCH) == 11
    ours = declared(api_named("Fetch")).last
    assert versions_of([(FETCH, 0, 99)]).newest(FETCH) == ours


def test_a_broker_without_the_api_cannot_be_asked() -> None:
    with pytest.raises(ApiError, match="the broker does not know Fetch") as refused:
        versions_of([(METADATA, 0, 1)]).newest(FETCH)
    assert refused.value.error is Error.UNSUPPORTED_VERSION


def test_ranges_that_do_not_meet_are_told_with_both() -> None:
    with pytest.raises(ApiError, match="Fetch: the broker speaks 90 to 99, we 0 to"):
        versions_of([(FETCH, 90, 99)]).newest(FETCH)


def test_an_api_nobody_here_knows_has_no_range() -> None:
    assert versions_of([(9_999, 0, 1)]).range_of(9_999) is None


def test_ranges_overlap_in_what_both_hold() -> None:
    assert VersionRange(0, 5).overlap(VersionRange(3, 9)) == VersionRange(3, 5)
    assert VersionRange(0, 2).overlap(VersionRange(3, 9)) is None


def test_limits_cut_what_they_name_and_drop_what_is_left_empty() -> None:
    spoken = {0: VersionRange(0, 9), FETCH: VersionRange(0, 9), 2: VersionRange(0, 1)}
    limits = {FETCH: VersionRange(4, 4), 2: VersionRange(5, 6)}
    cut = Versions(spoken).within(limits)
    assert cut.spoken == {0: VersionRange(0, 9), FETCH: VersionRange(4, 4)}


def test_a_request_names_its_api() -> None:
    assert api_key_of(MetadataRequest(topics=())) == METADATA


def test_a_struct_is_no_request() -> None:
    part = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=0)
    with pytest.raises(AssertionError, match="FetchPartition is no request"):
        api_key_of(part)
