"""Leader epochs across a restart: what an earlier life of the leader knew is fenced.

The only broker of a cluster gets another epoch only where whoever elects has noticed
that it was away. A controller on KRaft has; with ZooKeeper the broker is the controller
as well, leads on in its epoch, and nothing can be seen of an earlier one.
"""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import FetchResponse
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)

from logion_conformance.case import MUST, case, untestable
from logion_conformance.expect import expect, expect_error, expect_success
from logion_conformance.material import LATEST, Topic, fetch_partition, fetch_request
from logion_conformance.provisioner import How, Provisioner
from logion_conformance.subject import Subject

stopped_and_killed = pytest.mark.parametrize("how", ["stop", "kill"])


async def epoch_of(broker: Subject, topic: Topic) -> int:
    """Return the leader epoch of a topic's first partition, as Metadata tells it."""
    request = MetadataRequest(topics=(MetadataRequestTopic(name=topic.name),))
    came = await broker.ask_leader(topic, request, MetadataResponse)
    return came.topics[0].partitions[0].leader_epoch


async def risen(
    broker: Subject, provisioner: Provisioner, topic: Topic, how: How
) -> tuple[int, int]:
    """Return the leader epoch before a restart, and the higher one after it."""
    before = await epoch_of(broker, topic)
    await provisioner.restart(how)
    await broker.again(topic)
    after = await epoch_of(broker, topic)
    if after == before:
        untestable("its leader epochs stay when it is started again")
    return before, after


@case(
    "restart.epochs.fenced",
    level=MUST,
    cites="KIP-320: error 74 FENCED_LEADER_EPOCH",
    apis={
        "Fetch": "9+",
        "ListOffsets": "4+",
        "OffsetForLeaderEpoch": "2+",
        "Metadata": "7+",
        "Produce": "3+",
    },
)
@stopped_and_killed
async def test_a_client_of_an_earlier_epoch_is_fenced(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """Who names the leader epoch of before is refused, whatever it asks; who names the
    present one is answered."""
    topic = await broker.topic()
    await broker.append(topic, b"a")
    before, after = await risen(broker, provisioner, topic, how)
    for epoch, error in ((before, Error.FENCED_LEADER_EPOCH), (after, Error.NONE)):
        request = fetch_request(topic, fetch_partition(0, leader_epoch=epoch))
        came = await broker.ask_leader(topic, request, FetchResponse)
        expect_error(came.responses[0].partitions[0].error_code, error)
        listed = await broker.list_offset(topic, LATEST, current_leader_epoch=epoch)
        expect_error(listed.error_code, error)
        ended = await broker.epoch_end(topic, before, current=epoch)
        expect_error(ended.error_code, error)


@case(
    "restart.epochs.end",
    level=MUST,
    cites="KIP-101: an epoch ends where the next one begins",
    apis={"OffsetForLeaderEpoch": "1+", "Metadata": "7+", "Produce": "3+"},
)
@stopped_and_killed
async def test_an_earlier_epoch_ends_where_the_next_one_began(
    broker: Subject, provisioner: Provisioner, how: How
) -> None:
    """The epoch of before the restart ends where the log ended then, the present one
    where it ends now."""
    topic = await broker.topic()
    await broker.append(topic, b"a", b"b")
    before, after = await risen(broker, provisioner, topic, how)
    await broker.append(topic, b"c")
    for epoch, end_offset in ((before, 2), (after, 3)):
        came = await broker.epoch_end(topic, epoch)
        expect_success(came.error_code)
        found = (came.leader_epoch, came.end_offset)
        expect("epoch and end offset", found, (epoch, end_offset))
