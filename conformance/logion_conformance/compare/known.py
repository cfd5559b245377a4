"""Which differences are known deviations: rows of `docs/deviations.md`.

A row is named by the test that shows it. A difference counts as known if a rule here
fits the probe, the version, the release and where in the answers it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from logion.protocol.releases import Release, release
from logion.protocol.schema import parse_versions


class Known(NamedTuple):
    """A row of the deviations, and where it shows."""

    row: str
    """The name of the row's test."""
    probe: str
    """A glob of names of probes."""
    path: str = "*"
    """A glob of where in the transcript: `* Fetch *: responses*`."""
    first: str = "0.8.0"
    """The first release in which it shows."""
    last: str = "4.3"
    """The last one."""
    versions: str = "0+"
    """Versions of the probe's API."""

    def fits(self, name: str, version: int, path: str, of: Release | None) -> bool:
        """Whether a difference of a probe in a version is this one."""
        return (
            fnmatchcase(name, self.probe)
            and fnmatchcase(path, self.path)
            and version in parse_versions(self.versions)
            and (of is None or release(self.first) <= of <= release(self.last))
        )


KNOWN: tuple[Known, ...] = (
    Known("test_what_is_not_answered_is_not_named", "ApiVersions/*", "*api_keys*"),
    Known("test_what_is_not_answered_is_not_named", "Metadata/controlled-shutdown"),
    Known("test_what_is_not_answered_is_not_named", "Metadata/leader-and-isr"),
    Known(
        "test_a_frame_of_no_bytes_closes_the_connection",
        "Metadata/empty-frame",
        last="0.11.0",
    ),
    *(
        Known(
            "test_a_frame_of_no_bytes_closes_the_connection",
            f"Metadata/{name}",
            first="0.9.0",
            last="0.9.0",
        )
        for name in (
            *("cut-short", "header-cut-short", "client-longer-than-the-frame"),
            *("huge-array", "null-array"),
        )
    ),
    Known(
        "test_no_release_takes_a_name_of_250_characters",
        "Metadata/long-name",
        last="0.9.0",
    ),
    Known(
        "test_a_topic_without_partitions_is_not_added",
        "AddPartitionsToTxn/wrong-additions",
        "6 *",
        first="3.0",
    ),
    Known(
        "test_no_release_makes_a_topic_with_a_wrong_setting",
        "CreateTopics/with-settings",
        last="2.8",
    ),
    Known(
        "test_an_unknown_type_of_resource_is_repeated",
        "DescribeConfigs/kind-99",
        last="1.1",
    ),
    Known(
        "test_an_epoch_older_than_all_ends_where_the_oldest_begins",
        "OffsetForLeaderEpoch/epoch-minus-2",
        last="1.1",
    ),
    Known("test_null_records_are_an_invalid_record", "Produce/null-records"),
    Known(
        "test_no_release_takes_a_batch_of_a_false_last_offset",
        "Produce/delta-*",
        last="0.11.0",
    ),
    *(
        Known(
            "test_every_release_remembers_five_batches_of_a_producer",
            name,
            last="0.11.0",
        )
        for name in ("Produce/in-sequence", "Produce/six-again")
    ),
    Known("test_an_unknown_codec_has_its_own_error", "Produce/zstd", last="2.0"),
    Known(
        "test_converted_records_are_not_filled_up",
        "Fetch/*",
        "*.records",
        first="2.0",
        versions="0-3",
    ),
    *(
        Known(
            "test_no_release_assigns_partitions_with_gaps",
            f"CreateTopics/placed-{name}",
            last="1.1",
        )
        for name in ("not-from-0", "with-a-gap")
    ),
    Known(
        "test_what_is_missing_of_a_change_has_its_error",
        "AlterConfigs/n*",
        last="2.8",
    ),
    Known(
        "test_the_offsets_of_no_groups_are_none", "OffsetFetch/no-groups", last="4.0"
    ),
    Known(
        "test_a_group_that_no_node_can_be_called_after",
        "OffsetFetch/no-group-id",
        versions="0",
    ),
    Known(
        "test_no_release_describes_a_group_without_a_name",
        "ConsumerGroupDescribe/no-group-id",
        last="4.0",
    ),
    Known(
        "test_a_group_never_begins_without_a_protocol",
        "JoinGroup/no-protocols",
        last="0.11.0",
    ),
    Known(
        "test_a_length_below_minus_1_is_not_null", "Metadata/client-of-negative-size"
    ),
    Known("test_a_length_below_minus_1_is_not_null", "Metadata/negative-array"),
    Known(
        "test_replicas_are_assigned_to_brokers_that_are_there",
        "CreateTopics/placed-nowhere",
        last="3.9",
    ),
    Known(
        "test_a_topic_named_twice_is_not_deleted",
        "DeleteTopics/by-unknown-id-twice",
        last="3.9",
    ),
    Known(
        "test_an_unknown_operation_on_a_setting_is_an_invalid_request",
        "IncrementalAlterConfigs/unknown-operation",
    ),
    Known(
        "test_a_broker_without_settings_has_those_its_release_ships",
        "CreateTopics/*",
        "*.config_source",
    ),
    *(
        Known(
            "test_a_broker_without_settings_has_those_its_release_ships",
            "DescribeConfigs/broker",
            path,
        )
        for path in ("*.config_source", "*.is_default")
    ),
    Known(
        "test_a_group_that_no_node_can_be_called_after",
        "OffsetCommit/no-group-id",
        versions="0",
    ),
    *(
        Known(
            "test_features_of_groups_that_are_not_built_are_not_in_force",
            name,
            first="4.2",
        )
        for name in ("*Share*/off*", "Streams*/off*")
    ),
    Known(
        "test_a_group_whose_shares_are_no_consumers_stays_classic",
        "ConsumerGroupHeartbeat/meets-malformed",
        "*: error_code",
        first="4.0",
    ),
    Known("test_no_release_answers_what_is_no_replica", "Fetch/replica-*", last="3.2"),
    Known(
        "test_no_release_ends_what_is_open_for_an_epoch_of_the_future",
        "EndTxn/by-zombies",
        first="0.11.0",
        last="2.5",
    ),
    Known(
        "test_what_no_election_and_no_credential_can_be",
        "ElectLeaders/unknown-kind",
        last="3.9",
    ),
)


def known_for(
    name: str, version: int, paths: Iterable[str], of: Release | None
) -> tuple[Known, ...]:
    """Return the deviations that explain all differences; none if one is left."""
    found: dict[Known, None] = {}
    for path in paths:
        fits = [each for each in KNOWN if each.fits(name, version, path, of)]
        if not fits:
            return ()
        found[fits[0]] = None
    return tuple(found)
