"""Which versions of which API each Kafka release advertises, as data.

One row per API: the releases in which its range changed, each with the range it
has from then on; "none" once the API is gone. `logion.protocol.releases` reads it.

0.8.0 to 0.9.0 had no ApiVersions request: their rows say what the broker accepts.
From 3.7 brokers also offer GetTelemetrySubscriptions and PushTelemetry v0 when a
telemetry receiver is configured, which by default none is.
Source: the release's own classes, and what live brokers of it have answered.
"""

from __future__ import annotations

from collections.abc import Mapping

RELEASES = (
    "0.8.0",
    "0.8.1",
    "0.8.2",
    "0.9.0",
    "0.10.0",
    "0.10.1",
    "0.10.2",
    "0.11.0",
    "1.0",
    "1.1",
    "2.0",
    "2.1",
    "2.2",
    "2.3",
    "2.4",
    "2.5",
    "2.6",
    "2.7",
    "2.8",
    "3.0",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "3.6",
    "3.7",
    "3.8",
    "3.9",
    "4.0",
    "4.1",
    "4.2",
    "4.3",
)
"""All releases that are known here, oldest first, without patch releases."""

# fmt: off
BROKER: Mapping[str, str] = {
    "Produce":
        "0.8.0: 0, 0.9.0: 0-1, 0.10.0: 0-2, 0.11.0: 0-3, 1.0: 0-5, 2.0: 0-6, "
        "2.1: 0-7, 2.4: 0-8, 2.8: 0-9, 3.7: 0-10, 3.8: 0-11, 4.0: 0-12, 4.1: 0-13",
    "Fetch":
        "0.8.0: 0, 0.9.0: 0-1, 0.10.0: 0-2, 0.10.1: 0-3, 0.11.0: 0-5, 1.0: 0-6, "
        "1.1: 0-7, 2.0: 0-8, 2.1: 0-10, 2.3: 0-11, 2.7: 0-12, 3.1: 0-13, 3.5: 0-15, "
        "3.7: 0-16, 3.9: 0-17, 4.0: 4-17, 4.1: 4-18",
    "ListOffsets":
        "0.8.0: 0, 0.10.1: 0-1, 0.11.0: 0-2, 2.0: 0-3, 2.1: 0-4, 2.2: 0-5, 2.8: 0-6, "
        "3.0: 0-7, 3.5: 0-8, 3.9: 0-9, 4.0: 1-10, 4.2: 1-11",
    "Metadata":
        "0.8.0: 0, 0.10.0: 0-1, 0.10.1: 0-2, 0.11.0: 0-4, 1.0: 0-5, 2.0: 0-6, "
        "2.1: 0-7, 2.3: 0-8, 2.4: 0-9, 2.8: 0-11, 3.1: 0-12, 4.0: 0-13",
    "LeaderAndIsr":
        "0.8.0: 0, 1.0: 0-1, 2.2: 0-2, 2.4: 0-4, 2.8: 0-5, 3.2: 0-6, 3.4: 0-7, "
        "4.0: none",
    "StopReplica": "0.8.0: 0, 2.2: 0-1, 2.4: 0-2, 2.6: 0-3, 3.4: 0-4, 4.0: none",
    "UpdateMetadata":
        "0.8.0: 0, 0.9.0: 0-1, 0.10.0: 0-2, 0.10.2: 0-3, 1.0: 0-4, 2.2: 0-5, "
        "2.4: 0-6, 2.8: 0-7, 3.4: 0-8, 4.0: none",
    "ControlledShutdown":
        "0.8.0: 0, 0.9.0: 0-1, 0.10.0: 1, 1.0: 0-1, 2.2: 0-2, 2.4: 0-3, 4.0: none",
    "OffsetCommit":
        "0.8.1: 0, 0.8.2: 0-1, 0.9.0: 0-2, 0.11.0: 0-3, 2.0: 0-4, 2.1: 0-6, 2.3: 0-7, "
        "2.4: 0-8, 3.7: 0-9, 4.0: 2-9, 4.2: 2-10",
    "OffsetFetch":
        "0.8.1: 0, 0.8.2: 0-1, 0.10.2: 0-2, 0.11.0: 0-3, 2.0: 0-4, 2.1: 0-5, "
        "2.4: 0-6, 2.5: 0-7, 3.0: 0-8, 3.7: 0-9, 4.0: 1-9, 4.2: 1-10",
    "FindCoordinator":
        "0.8.2: 0, 0.11.0: 0-1, 2.0: 0-2, 2.4: 0-3, 3.0: 0-4, 3.8: 0-5, 3.9: 0-6",
    "JoinGroup":
        "0.9.0: 0, 0.10.1: 0-1, 0.11.0: 0-2, 2.0: 0-3, 2.2: 0-4, 2.3: 0-5, 2.4: 0-6, "
        "2.5: 0-7, 3.2: 0-9, 4.0: 2-9, 4.1: 0-9",
    "Heartbeat": "0.9.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.3: 0-3, 2.4: 0-4",
    "LeaveGroup": "0.9.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.4: 0-4, 3.2: 0-5",
    "SyncGroup": "0.9.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.3: 0-3, 2.4: 0-4, 2.5: 0-5",
    "DescribeGroups": "0.9.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.3: 0-3, 2.4: 0-5, 4.0: 0-6",
    "ListGroups": "0.9.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.4: 0-3, 2.6: 0-4, 3.8: 0-5",
    "SaslHandshake": "0.10.0: 0, 1.0: 0-1",
    "ApiVersions": "0.10.0: 0, 0.11.0: 0-1, 2.0: 0-2, 2.4: 0-3, 3.9: 0-4",
    "CreateTopics":
        "0.10.1: 0, 0.10.2: 0-1, 0.11.0: 0-2, 2.0: 0-3, 2.4: 0-5, 2.7: 0-6, 2.8: 0-7, "
        "4.0: 2-7",
    "DeleteTopics":
        "0.10.1: 0, 0.11.0: 0-1, 2.0: 0-2, 2.1: 0-3, 2.4: 0-4, 2.7: 0-5, 2.8: 0-6, "
        "4.0: 1-6",
    "DeleteRecords": "0.11.0: 0, 2.0: 0-1, 2.6: 0-2",
    "InitProducerId": "0.11.0: 0, 2.0: 0-1, 2.4: 0-2, 2.5: 0-3, 2.7: 0-4, 3.8: 0-5",
    "OffsetForLeaderEpoch":
        "0.11.0: 0, 2.0: 0-1, 2.1: 0-2, 2.3: 0-3, 2.8: 0-4, 4.0: 2-4",
    "AddPartitionsToTxn": "0.11.0: 0, 2.0: 0-1, 2.7: 0-2, 2.8: 0-3, 3.6: 0-4, 3.8: 0-5",
    "AddOffsetsToTxn": "0.11.0: 0, 2.0: 0-1, 2.7: 0-2, 2.8: 0-3, 3.8: 0-4",
    "EndTxn": "0.11.0: 0, 2.0: 0-1, 2.7: 0-2, 2.8: 0-3, 3.8: 0-4, 4.0: 0-5",
    "WriteTxnMarkers": "0.11.0: 0, 2.8: 0-1, 4.0: 1, 4.2: 1-2",
    "TxnOffsetCommit": "0.11.0: 0, 2.0: 0-1, 2.1: 0-2, 2.5: 0-3, 3.8: 0-4, 4.0: 0-5",
    "DescribeAcls": "0.11.0: 0, 2.0: 0-1, 2.5: 0-2, 3.3: 0-3, 4.0: 1-3",
    "CreateAcls": "0.11.0: 0, 2.0: 0-1, 2.5: 0-2, 3.3: 0-3, 4.0: 1-3",
    "DeleteAcls": "0.11.0: 0, 2.0: 0-1, 2.5: 0-2, 3.3: 0-3, 4.0: 1-3",
    "DescribeConfigs": "0.11.0: 0, 1.1: 0-1, 2.0: 0-2, 2.6: 0-3, 2.8: 0-4, 4.0: 1-4",
    "AlterConfigs": "0.11.0: 0, 2.0: 0-1, 2.8: 0-2",
    "AlterReplicaLogDirs": "1.0: 0, 2.0: 0-1, 2.8: 0-2, 4.0: 1-2",
    "DescribeLogDirs":
        "1.0: 0, 2.0: 0-1, 2.6: 0-2, 3.2: 0-3, 3.3: 0-4, 4.0: 1-4, 4.3: 1-5",
    "SaslAuthenticate": "1.0: 0, 2.2: 0-1, 2.5: 0-2",
    "CreatePartitions": "1.0: 0, 2.0: 0-1, 2.5: 0-2, 2.7: 0-3",
    "CreateDelegationToken": "1.1: 0, 2.0: 0-1, 2.4: 0-2, 3.3: 0-3, 4.0: 1-3",
    "RenewDelegationToken": "1.1: 0, 2.0: 0-1, 2.5: 0-2, 4.0: 1-2",
    "ExpireDelegationToken": "1.1: 0, 2.0: 0-1, 2.5: 0-2, 4.0: 1-2",
    "DescribeDelegationToken": "1.1: 0, 2.0: 0-1, 2.5: 0-2, 3.3: 0-3, 4.0: 1-3",
    "DeleteGroups": "1.1: 0, 2.0: 0-1, 2.4: 0-2",
    "ElectLeaders": "2.2: 0, 2.4: 0-2",
    "IncrementalAlterConfigs": "2.3: 0, 2.4: 0-1",
    "AlterPartitionReassignments": "2.4: 0, 4.1: 0-1",
    "ListPartitionReassignments": "2.4: 0",
    "OffsetDelete": "2.4: 0",
    "DescribeClientQuotas": "2.6: 0, 2.8: 0-1",
    "AlterClientQuotas": "2.6: 0, 2.8: 0-1",
    "DescribeUserScramCredentials": "2.7: 0",
    "AlterUserScramCredentials": "2.7: 0",
    "DescribeQuorum": "4.0: 0-2",
    "AlterPartition": "2.7: 0, 3.2: 0-1, 3.3: 0-2, 3.5: 0-3, 4.0: none",
    "UpdateFeatures": "2.7: 0, 3.3: 0-1, 4.0: 0-2",
    "Envelope": "3.4: 0, 4.0: none",
    "DescribeCluster": "2.8: 0, 3.7: 0-1, 4.0: 0-2",
    "DescribeProducers": "2.8: 0",
    "UnregisterBroker": "4.0: 0",
    "DescribeTransactions": "3.0: 0",
    "ListTransactions": "3.0: 0, 3.8: 0-1, 4.1: 0-2",
    "AllocateProducerIds": "3.0: 0, 4.0: none",
    "ConsumerGroupHeartbeat": "3.7: 0, 4.0: 0-1",
    "ConsumerGroupDescribe": "3.8: 0, 4.0: 0-1",
    "ListConfigResources": "4.0: 0, 4.1: 0-1",
    "DescribeTopicPartitions": "4.0: 0",
    "ShareGroupHeartbeat": "4.1: 1",
    "ShareGroupDescribe": "4.1: 1",
    "ShareFetch": "4.1: 1, 4.2: 1-2",
    "ShareAcknowledge": "4.1: 1, 4.2: 1-2",
    "AddRaftVoter": "4.0: 0, 4.2: 0-1",
    "RemoveRaftVoter": "4.0: 0",
    "InitializeShareGroupState": "4.1: 0",
    "ReadShareGroupState": "4.1: 0",
    "WriteShareGroupState": "4.1: 0, 4.2: 0-1",
    "DeleteShareGroupState": "4.1: 0",
    "ReadShareGroupStateSummary": "4.1: 0, 4.2: 0-1",
    "StreamsGroupHeartbeat": "4.2: 0",
    "StreamsGroupDescribe": "4.2: 0",
    "DescribeShareGroupOffsets": "4.1: 0, 4.2: 0-1",
    "AlterShareGroupOffsets": "4.1: 0",
    "DeleteShareGroupOffsets": "4.1: 0",
}
"""A broker with its default settings: on ZooKeeper until 3.9, on KRaft from 4.0."""

KRAFT_BROKER: Mapping[str, str] = {
    "Produce": "2.8: 0-9, 3.7: 0-10, 3.8: 0-11",
    "Fetch": "2.8: 0-12, 3.1: 0-13, 3.5: 0-15, 3.7: 0-16, 3.9: 0-17",
    "ListOffsets": "2.8: 0-6, 3.0: 0-7, 3.5: 0-8, 3.9: 0-9",
    "Metadata": "2.8: 0-11, 3.1: 0-12",
    "OffsetCommit": "2.8: 0-8, 3.7: 0-9",
    "OffsetFetch": "2.8: 0-7, 3.0: 0-8, 3.7: 0-9",
    "FindCoordinator": "2.8: 0-3, 3.0: 0-4, 3.8: 0-5, 3.9: 0-6",
    "JoinGroup": "2.8: 0-7, 3.2: 0-9",
    "Heartbeat": "2.8: 0-4",
    "LeaveGroup": "2.8: 0-4, 3.2: 0-5",
    "SyncGroup": "2.8: 0-5",
    "DescribeGroups": "2.8: 0-5",
    "ListGroups": "2.8: 0-4, 3.8: 0-5",
    "SaslHandshake": "2.8: 0-1",
    "ApiVersions": "2.8: 0-3, 3.9: 0-4",
    "CreateTopics": "2.8: 0-7",
    "DeleteTopics": "2.8: 0-6",
    "DeleteRecords": "2.8: 0-2",
    "InitProducerId": "3.0: 0-4, 3.8: 0-5",
    "OffsetForLeaderEpoch": "2.8: 0-4",
    "AddPartitionsToTxn": "3.0: 0-3, 3.6: 0-4, 3.8: 0-5",
    "AddOffsetsToTxn": "3.0: 0-3, 3.8: 0-4",
    "EndTxn": "3.0: 0-3, 3.8: 0-4",
    "WriteTxnMarkers": "2.8: 0-1",
    "TxnOffsetCommit": "3.0: 0-3, 3.8: 0-4",
    "DescribeAcls": "3.0: 0-2, 3.3: 0-3",
    "CreateAcls": "3.0: 0-2, 3.3: 0-3",
    "DeleteAcls": "3.0: 0-2, 3.3: 0-3",
    "DescribeConfigs": "2.8: 0-4",
    "AlterConfigs": "3.0: 0-2",
    "AlterReplicaLogDirs": "2.8: 0-2",
    "DescribeLogDirs": "2.8: 0-2, 3.2: 0-3, 3.3: 0-4",
    "SaslAuthenticate": "2.8: 0-2",
    "CreatePartitions": "3.0: 0-3",
    "CreateDelegationToken": "3.6: 0-3",
    "RenewDelegationToken": "3.6: 0-2",
    "ExpireDelegationToken": "3.6: 0-2",
    "DescribeDelegationToken": "3.6: 0-3",
    "DeleteGroups": "2.8: 0-2",
    "ElectLeaders": "3.0: 0-2",
    "IncrementalAlterConfigs": "2.8: 0-1",
    "AlterPartitionReassignments": "3.0: 0",
    "ListPartitionReassignments": "3.0: 0",
    "OffsetDelete": "2.8: 0",
    "DescribeClientQuotas": "3.0: 0-1",
    "AlterClientQuotas": "2.8: 0-1",
    "DescribeUserScramCredentials": "3.5: 0",
    "AlterUserScramCredentials": "3.5: 0",
    "DescribeQuorum": "2.8: 0, 3.3: 0-1, 3.9: 0-2",
    "UpdateFeatures": "3.2: 0, 3.3: 0-1",
    "Envelope": "2.8: 0, 3.2: none",
    "DescribeCluster": "2.8: 0, 3.7: 0-1",
    "DescribeProducers": "2.8: 0",
    "UnregisterBroker": "2.8: 0, 3.0: none, 3.3: 0",
    "DescribeTransactions": "3.0: 0",
    "ListTransactions": "3.0: 0, 3.8: 0-1",
    "ConsumerGroupHeartbeat": "3.7: 0",
    "ConsumerGroupDescribe": "3.8: 0",
    "ListConfigResources": "3.7: 0",
    "DescribeTopicPartitions": "3.8: 0",
    "AddRaftVoter": "3.9: 0",
    "RemoveRaftVoter": "3.9: 0",
}
"""A broker on KRaft while there was a choice: 2.8 to 3.9."""

KRAFT_CONTROLLER: Mapping[str, str] = {
    "Fetch":
        "2.8: 0-12, 3.1: 0-13, 3.5: 0-15, 3.7: 0-16, 3.9: 0-17, 4.0: 4-17, 4.1: 4-18",
    "Metadata": "2.8: 0-11, 3.0: none",
    "ControlledShutdown": "2.8: 0-3, 4.0: none",
    "SaslHandshake": "2.8: 0-1",
    "ApiVersions": "2.8: 0-3, 3.9: 0-4",
    "CreateTopics": "2.8: 0-7, 4.0: 2-7",
    "DeleteTopics": "2.8: 0-6, 4.0: 1-6",
    "DescribeAcls": "3.0: 0-2, 3.3: 0-3, 4.0: 1-3",
    "CreateAcls": "3.0: 0-2, 3.3: 0-3, 4.0: 1-3",
    "DeleteAcls": "3.0: 0-2, 3.3: 0-3, 4.0: 1-3",
    "DescribeConfigs": "3.7: 0-4, 4.0: 1-4",
    "AlterConfigs": "3.0: 0-2",
    "SaslAuthenticate": "2.8: 0-2",
    "CreatePartitions": "3.0: 0-3",
    "CreateDelegationToken": "3.6: 0-3, 4.0: 1-3",
    "RenewDelegationToken": "3.6: 0-2, 4.0: 1-2",
    "ExpireDelegationToken": "3.6: 0-2, 4.0: 1-2",
    "DescribeDelegationToken": "3.6: 0-3, 4.0: 1-3",
    "ElectLeaders": "3.0: 0-2",
    "IncrementalAlterConfigs": "2.8: 0-1",
    "AlterPartitionReassignments": "3.0: 0, 4.1: 0-1",
    "ListPartitionReassignments": "3.0: 0",
    "AlterClientQuotas": "2.8: 0-1",
    "DescribeUserScramCredentials": "3.5: 0",
    "AlterUserScramCredentials": "3.5: 0",
    "Vote": "2.8: 0, 3.9: 0-1, 4.0: 0-2",
    "BeginQuorumEpoch": "2.8: 0, 3.9: 0-1",
    "EndQuorumEpoch": "2.8: 0, 3.9: 0-1",
    "DescribeQuorum": "2.8: 0, 3.3: 0-1, 3.9: 0-2",
    "AlterPartition": "2.8: 0, 3.2: 0-1, 3.3: 0-2, 3.5: 0-3, 4.0: 2-3",
    "UpdateFeatures": "3.3: 0-1, 4.0: 0-2",
    "Envelope": "2.8: 0",
    "FetchSnapshot": "2.8: 0, 3.9: 0-1",
    "DescribeCluster": "3.7: 0-1, 4.0: 0-2",
    "BrokerRegistration": "2.8: 0, 3.4: 0-1, 3.7: 0-3, 3.9: 0-4",
    "BrokerHeartbeat": "2.8: 0, 3.7: 0-1",
    "UnregisterBroker": "2.8: 0",
    "AllocateProducerIds": "3.0: 0",
    "ControllerRegistration": "3.7: 0",
    "AssignReplicasToDirs": "3.7: 0",
    "AddRaftVoter": "3.9: 0, 4.2: 0-1",
    "RemoveRaftVoter": "3.9: 0",
    "UpdateRaftVoter": "3.9: 0",
}
"""The listener of a KRaft controller: 2.8 to 4.2."""

# fmt: on
