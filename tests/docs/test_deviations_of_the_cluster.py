"""The cluster where logion is not Apache Kafka: see docs/deviations.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.alter_user_scram_credentials import (
    AlterUserScramCredentialsRequest,
    ScramCredentialUpsertion,
)
from logion.protocol.messages.api_versions import ApiVersionsRequest
from logion.protocol.messages.elect_leaders import ElectLeadersRequest
from logion.protocol.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from logion.testing.broker import Broker

from tests.docs.asking import (
    batch,
    broker_and_client,
)


@pytest.mark.parametrize("release", ["0.11.0", "2.8"])
@pytest.mark.parametrize("replica", [0, 5])
async def test_no_release_answers_what_is_no_replica(
    release: str, replica: int
) -> None:
    async with broker_and_client(release) as client:
        await client.produce(batch(0), version=3)
        read = await client.fetch(replica=replica, version=4)
    assert read.error_code == Error.NOT_LEADER_OR_FOLLOWER
    assert not read.records


@pytest.mark.parametrize("release", ["0.10.0", "3.9", "4.3"])
def test_the_cluster_is_kept_in_a_journal_in_the_first_data_folder(
    release: str, tmp_path: Path
) -> None:
    with Broker(release=release, data=str(tmp_path)):
        names = {path.name for path in tmp_path.iterdir()}
    assert "logion-coordination.journal" in names
    assert not any(name.startswith("__cluster_metadata") for name in names)


async def test_what_no_election_and_no_credential_can_be() -> None:
    asked = ElectLeadersRequest(election_type=7, topic_partitions=None)
    empty = ScramCredentialUpsertion(
        name="u", mechanism=1, iterations=4096, salt=b"s", salted_password=b""
    )
    change = AlterUserScramCredentialsRequest(deletions=(), upsertions=(empty,))
    async with broker_and_client("3.9") as client:
        assert (await client.ask(asked)).error_code == Error.INVALID_REQUEST
        (outcome,) = (await client.ask(change)).results
    assert outcome.error_code == Error.UNACCEPTABLE_CREDENTIAL


async def test_what_is_not_answered_is_not_named() -> None:
    """LeaderAndIsr and ControlledShutdown, which 2.8 has."""
    keys = {4, 7}
    for key in keys:
        async with broker_and_client("2.8") as client:
            answer = await client.ask(ApiVersionsRequest(), 0)
            assert not keys & {it.api_key for it in answer.api_keys}
            header = key.to_bytes(2) + bytes((0, 0, 0, 0, 0, 1, 0, 0))
            assert await client.is_closed_after(header, bytes(16))


async def test_an_epoch_older_than_all_ends_where_the_oldest_begins() -> None:
    asked = OffsetForLeaderPartition(partition=0, leader_epoch=-2)
    topic = OffsetForLeaderTopic(topic="t", partitions=(asked,))
    async with broker_and_client("1.1") as client:
        await client.produce(batch(0), version=5)
        answer = await client.ask(OffsetForLeaderEpochRequest(topics=(topic,)))
    assert answer.topics[0].partitions[0].end_offset == 0
