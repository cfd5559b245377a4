"""What somebody without rights may do of transactions, and as an idempotent producer.

Judged on a broker of the suite's own: see `guarding`.
"""

from __future__ import annotations

import pytest
from logion.protocol.errors import Error
from logion.protocol.messages.add_offsets_to_txn import (
    AddOffsetsToTxnRequest,
    AddOffsetsToTxnResponse,
)
from logion.protocol.messages.describe_transactions import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
)
from logion.protocol.messages.end_txn import EndTxnRequest, EndTxnResponse
from logion.protocol.messages.find_coordinator import FindCoordinatorResponse
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.list_transactions import (
    ListTransactionsRequest,
    ListTransactionsResponse,
)
from logion.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
)
from logion.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

from logion_conformance.access import expect_refused
from logion_conformance.case import MUST, case
from logion_conformance.expect import expect, expect_error
from logion_conformance.group_requests import find_request
from logion_conformance.subject import Subject
from logion_conformance.transactions import new_transactional_producer

REFUSED = Error.TRANSACTIONAL_ID_AUTHORIZATION_FAILED

CITES = "KIP-98; error 53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED"

EACH = pytest.mark.usefixtures("version")

TRANSACTION = 1
"""The kind of key in FindCoordinator."""


@case(
    "access.transactions.coordinator",
    level=MUST,
    cites=CITES,
    apis={"FindCoordinator": "1+", "InitProducerId": "0+"},
)
async def test_who_may_not_describe_finds_no_coordinator(
    stranger: Subject, version: int
) -> None:
    """FindCoordinator for a transactional id that may not be described:
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED."""
    name = stranger.name_of_its_own()
    request = find_request(version, name, key_type=TRANSACTION)
    await expect_refused(stranger, request, FindCoordinatorResponse, REFUSED)


@EACH
@case(
    "access.transactions.init", level=MUST, cites=CITES, apis={"InitProducerId": "0+"}
)
async def test_who_may_not_write_gets_no_transactional_id(stranger: Subject) -> None:
    """InitProducerId with a transactional id that may not be written to:
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED."""
    request = InitProducerIdRequest(
        transactional_id=stranger.name_of_its_own(), transaction_timeout_ms=60_000
    )
    await expect_refused(stranger, request, InitProducerIdResponse, REFUSED)


@EACH
@case(
    "access.idempotence",
    level=MUST,
    cites="KIP-98, KIP-679: IdempotentWrite on the cluster, or Write on some topic",
    apis={"InitProducerId": "0+"},
)
async def test_who_may_write_nowhere_gets_no_producer_id(stranger: Subject) -> None:
    """InitProducerId without a transactional id, of somebody who may write to no topic:
    CLUSTER_AUTHORIZATION_FAILED."""
    request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=0)
    error = Error.CLUSTER_AUTHORIZATION_FAILED
    await expect_refused(stranger, request, InitProducerIdResponse, error)


@EACH
@case(
    "access.transactions.offsets",
    level=MUST,
    cites=CITES,
    apis={"AddOffsetsToTxn": "0+"},
)
async def test_who_may_not_write_adds_no_group(stranger: Subject) -> None:
    """AddOffsetsToTxn: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, before anything else is
    looked at."""
    name = stranger.name_of_its_own()
    request = AddOffsetsToTxnRequest(
        transactional_id=name, producer_id=1, producer_epoch=0, group_id=name
    )
    await expect_refused(stranger, request, AddOffsetsToTxnResponse, REFUSED)


@EACH
@case("access.transactions.ended", level=MUST, cites=CITES, apis={"EndTxn": "0+"})
async def test_who_may_not_write_ends_no_transaction(stranger: Subject) -> None:
    """EndTxn: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, before anything else is looked
    at."""
    request = EndTxnRequest(
        transactional_id=stranger.name_of_its_own(),
        producer_id=1,
        producer_epoch=0,
        committed=True,
    )
    await expect_refused(stranger, request, EndTxnResponse, REFUSED)


@EACH
@case(
    "access.transactions.committed",
    level=MUST,
    cites=CITES,
    apis={"TxnOffsetCommit": "0+"},
)
async def test_who_may_not_write_commits_no_offsets_in_a_transaction(
    broker: Subject, stranger: Subject
) -> None:
    """TxnOffsetCommit: TRANSACTIONAL_ID_AUTHORIZATION_FAILED for each partition."""
    name = broker.name_of_its_own()
    partition = TxnOffsetCommitRequestPartition(
        partition_index=0, committed_offset=1, committed_metadata=None
    )
    topic = TxnOffsetCommitRequestTopic(
        name=(await broker.topic()).name, partitions=(partition,)
    )
    request = TxnOffsetCommitRequest(
        transactional_id=name,
        group_id=name,
        producer_id=1,
        producer_epoch=0,
        topics=(topic,),
    )
    await expect_refused(stranger, request, TxnOffsetCommitResponse, REFUSED)


@EACH
@case(
    "access.transactions.described",
    level=MUST,
    cites="KIP-664; error 53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    apis={"DescribeTransactions": "0+"},
)
async def test_who_may_not_describe_sees_no_transaction(stranger: Subject) -> None:
    """DescribeTransactions: TRANSACTIONAL_ID_AUTHORIZATION_FAILED, whether or not there
    is such an id."""
    request = DescribeTransactionsRequest(
        transactional_ids=(stranger.name_of_its_own(),)
    )
    await expect_refused(stranger, request, DescribeTransactionsResponse, REFUSED)


@EACH
@case(
    "access.transactions.listed",
    level=MUST,
    cites="KIP-664: ListTransactions tells of what may be described",
    apis={"ListTransactions": "0+"},
)
async def test_who_may_not_describe_sees_no_transactional_ids(
    broker: Subject, stranger: Subject
) -> None:
    """An id that may not be described is left out of the list, without an error."""
    name = (await new_transactional_producer(broker)).id
    request = ListTransactionsRequest(state_filters=(), producer_id_filters=())
    for who, seen in ((broker, [name]), (stranger, [])):
        came = await who.ask(request, ListTransactionsResponse)
        expect_error(came.error_code, Error.NONE)
        ids = [it.transactional_id for it in came.transaction_states]
        expect("ids of the name", [it for it in ids if it == name], seen)


@EACH
@case(
    "access.transactions.markers",
    level=MUST,
    cites="KIP-98: ClusterAction; error 31 CLUSTER_AUTHORIZATION_FAILED",
    apis={"WriteTxnMarkers": "0+"},
)
async def test_who_is_no_broker_writes_no_markers(
    broker: Subject, stranger: Subject
) -> None:
    """WriteTxnMarkers, as brokers send it: CLUSTER_AUTHORIZATION_FAILED, and the topic
    is as it was."""
    topic = await broker.topic()
    part = WritableTxnMarkerTopic(name=topic.name, partition_indexes=(0,))
    marker = WritableTxnMarker(
        producer_id=1,
        producer_epoch=0,
        transaction_result=True,
        topics=(part,),
        coordinator_epoch=0,
    )
    request = WriteTxnMarkersRequest(markers=(marker,))
    error = Error.CLUSTER_AUTHORIZATION_FAILED
    await expect_refused(stranger, request, WriteTxnMarkersResponse, error)
    expect("the end offset", await broker.end_offset(topic), 0)
