"""The table of all APIs: key, name, versions, and the module that declares each.

Message modules are imported when a class is asked for, not before.
Source: the message definitions of Apache Kafka from v0 up to release 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

Scope: TypeAlias = Literal["client", "inter-broker", "controller"]
"""Who speaks an API: clients (and perhaps replicas), brokers, or the controller."""

CLIENT: Literal["client"] = "client"
"""Sent by clients and tools; Fetch, ListOffsets and others by followers too."""

INTER_BROKER: Literal["inter-broker"] = "inter-broker"
"""Sent by one broker to another."""

CONTROLLER: Literal["controller"] = "controller"
"""Sent to the controller, by it, or between members of a KRaft quorum."""


class Api(NamedTuple):
    """One API: a request and its response."""

    key: int
    """Kafka's number of it, as in a request header."""
    name: str
    """Kafka's present name of it."""
    versions: range
    """Versions that are declared here; a release advertises a part of them."""
    flexible: int | None
    """First version with compact lengths and tagged fields (KIP-482); None: never."""
    scope: Scope
    """Who speaks it."""

    @property
    def module(self) -> str:
        """Module of `logion.protocol.messages` that declares both messages."""
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in self.name)
        return snake[1:]

    def is_flexible(self, version: int) -> bool:
        """Say whether this version has compact lengths and tagged fields (KIP-482)."""
        return self.flexible is not None and version >= self.flexible


PRODUCE = 0
FETCH = 1
LIST_OFFSETS = 2
METADATA = 3
CONTROLLED_SHUTDOWN = 7
OFFSET_FETCH = 9
FIND_COORDINATOR = 10
LEAVE_GROUP = 13
API_VERSIONS = 18
DESCRIBE_TOPIC_PARTITIONS = 75
"""Keys of those APIs that something is special about somewhere."""


# fmt: off
_ROWS = (
    Api(0,  "Produce",                      range(14), 9, CLIENT),
    Api(1,  "Fetch",                        range(19), 12, CLIENT),
    Api(2,  "ListOffsets",                  range(12), 6, CLIENT),
    Api(3,  "Metadata",                     range(14), 9, CLIENT),
    Api(4,  "LeaderAndIsr",                 range(8),  4, CONTROLLER),
    Api(5,  "StopReplica",                  range(5),  2, CONTROLLER),
    Api(6,  "UpdateMetadata",               range(9),  6, CONTROLLER),
    Api(7,  "ControlledShutdown",           range(4),  3, CONTROLLER),
    Api(8,  "OffsetCommit",                 range(11), 8, CLIENT),
    Api(9,  "OffsetFetch",                  range(11), 6, CLIENT),
    Api(10, "FindCoordinator",              range(7),  3, CLIENT),
    Api(11, "JoinGroup",                    range(10), 6, CLIENT),
    Api(12, "Heartbeat",                    range(5),  4, CLIENT),
    Api(13, "LeaveGroup",                   range(6),  4, CLIENT),
    Api(14, "SyncGroup",                    range(6),  4, CLIENT),
    Api(15, "DescribeGroups",               range(7),  5, CLIENT),
    Api(16, "ListGroups",                   range(6),  3, CLIENT),
    Api(17, "SaslHandshake",                range(2),  None, CLIENT),
    Api(18, "ApiVersions",                  range(5),  3, CLIENT),
    Api(19, "CreateTopics",                 range(8),  5, CLIENT),
    Api(20, "DeleteTopics",                 range(7),  4, CLIENT),
    Api(21, "DeleteRecords",                range(3),  2, CLIENT),
    Api(22, "InitProducerId",               range(7),  2, CLIENT),
    Api(23, "OffsetForLeaderEpoch",         range(5),  4, CLIENT),
    Api(24, "AddPartitionsToTxn",           range(6),  3, CLIENT),
    Api(25, "AddOffsetsToTxn",              range(5),  3, CLIENT),
    Api(26, "EndTxn",                       range(6),  3, CLIENT),
    Api(27, "WriteTxnMarkers",              range(3),  1, INTER_BROKER),
    Api(28, "TxnOffsetCommit",              range(6),  3, CLIENT),
    Api(29, "DescribeAcls",                 range(4),  2, CLIENT),
    Api(30, "CreateAcls",                   range(4),  2, CLIENT),
    Api(31, "DeleteAcls",                   range(4),  2, CLIENT),
    Api(32, "DescribeConfigs",              range(5),  4, CLIENT),
    Api(33, "AlterConfigs",                 range(3),  2, CLIENT),
    Api(34, "AlterReplicaLogDirs",          range(3),  2, CLIENT),
    Api(35, "DescribeLogDirs",              range(6),  2, CLIENT),
    Api(36, "SaslAuthenticate",             range(3),  2, CLIENT),
    Api(37, "CreatePartitions",             range(4),  2, CLIENT),
    Api(38, "CreateDelegationToken",        range(4),  2, CLIENT),
    Api(39, "RenewDelegationToken",         range(3),  2, CLIENT),
    Api(40, "ExpireDelegationToken",        range(3),  2, CLIENT),
    Api(41, "DescribeDelegationToken",      range(4),  2, CLIENT),
    Api(42, "DeleteGroups",                 range(3),  2, CLIENT),
    Api(43, "ElectLeaders",                 range(3),  2, CLIENT),
    Api(44, "IncrementalAlterConfigs",      range(2),  1, CLIENT),
    Api(45, "AlterPartitionReassignments",  range(2),  0, CLIENT),
    Api(46, "ListPartitionReassignments",   range(1),  0, CLIENT),
    Api(47, "OffsetDelete",                 range(1),  None, CLIENT),
    Api(48, "DescribeClientQuotas",         range(2),  1, CLIENT),
    Api(49, "AlterClientQuotas",            range(2),  1, CLIENT),
    Api(50, "DescribeUserScramCredentials", range(1),  0, CLIENT),
    Api(51, "AlterUserScramCredentials",    range(1),  0, CLIENT),
    Api(52, "Vote",                         range(3),  0, CONTROLLER),
    Api(53, "BeginQuorumEpoch",             range(2),  1, CONTROLLER),
    Api(54, "EndQuorumEpoch",               range(2),  1, CONTROLLER),
    Api(55, "DescribeQuorum",               range(3),  0, CLIENT),
    Api(56, "AlterPartition",               range(4),  0, CONTROLLER),
    Api(57, "UpdateFeatures",               range(3),  0, CLIENT),
    Api(58, "Envelope",                     range(1),  0, CONTROLLER),
    Api(59, "FetchSnapshot",                range(2),  0, CONTROLLER),
    Api(60, "DescribeCluster",              range(3),  0, CLIENT),
    Api(61, "DescribeProducers",            range(1),  0, CLIENT),
    Api(62, "BrokerRegistration",           range(5),  0, CONTROLLER),
    Api(63, "BrokerHeartbeat",              range(3),  0, CONTROLLER),
    Api(64, "UnregisterBroker",             range(1),  0, CLIENT),
    Api(65, "DescribeTransactions",         range(1),  0, CLIENT),
    Api(66, "ListTransactions",             range(3),  0, CLIENT),
    Api(67, "AllocateProducerIds",          range(1),  0, CONTROLLER),
    Api(68, "ConsumerGroupHeartbeat",       range(2),  0, CLIENT),
    Api(69, "ConsumerGroupDescribe",        range(2),  0, CLIENT),
    Api(70, "ControllerRegistration",       range(1),  0, CONTROLLER),
    Api(71, "GetTelemetrySubscriptions",    range(1),  0, CLIENT),
    Api(72, "PushTelemetry",                range(1),  0, CLIENT),
    Api(73, "AssignReplicasToDirs",         range(1),  0, CONTROLLER),
    Api(74, "ListConfigResources",          range(2),  0, CLIENT),
    Api(75, "DescribeTopicPartitions",      range(1),  0, CLIENT),
    Api(76, "ShareGroupHeartbeat",          range(2),  0, CLIENT),
    Api(77, "ShareGroupDescribe",           range(2),  0, CLIENT),
    Api(78, "ShareFetch",                   range(3),  0, CLIENT),
    Api(79, "ShareAcknowledge",             range(3),  0, CLIENT),
    Api(80, "AddRaftVoter",                 range(2),  0, CLIENT),
    Api(81, "RemoveRaftVoter",              range(1),  0, CLIENT),
    Api(82, "UpdateRaftVoter",              range(1),  0, CONTROLLER),
    Api(83, "InitializeShareGroupState",    range(1),  0, INTER_BROKER),
    Api(84, "ReadShareGroupState",          range(1),  0, INTER_BROKER),
    Api(85, "WriteShareGroupState",         range(2),  0, INTER_BROKER),
    Api(86, "DeleteShareGroupState",        range(1),  0, INTER_BROKER),
    Api(87, "ReadShareGroupStateSummary",   range(2),  0, INTER_BROKER),
    Api(88, "StreamsGroupHeartbeat",        range(1),  0, CLIENT),
    Api(89, "StreamsGroupDescribe",         range(1),  0, CLIENT),
    Api(90, "DescribeShareGroupOffsets",    range(2),  0, CLIENT),
    Api(91, "AlterShareGroupOffsets",       range(1),  0, CLIENT),
    Api(92, "DeleteShareGroupOffsets",      range(1),  0, CLIENT),
)
# fmt: on

APIS: Mapping[int, Api] = MappingProxyType({api.key: api for api in _ROWS})
"""All APIs by key, in the order of their keys."""

FORMER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Offsets": "ListOffsets",  # until 0.10.2
        "ListOffset": "ListOffsets",  # 2.2 to 2.7
        "ConsumerMetadata": "FindCoordinator",  # 0.8.2
        "GroupCoordinator": "FindCoordinator",  # 0.9 to 0.10.2
        "ElectPreferredLeaders": "ElectLeaders",  # 2.2 and 2.3
        "AlterIsr": "AlterPartition",  # 2.7 to 3.1
        "ListClientMetricsResources": "ListConfigResources",  # 3.7 to 4.0
    }
)
"""What older releases call an API, and its present name."""

_BY_NAME = {api.name: api for api in _ROWS}


def api_named(name: str) -> Api:
    """Return the API of this name, present or former; KeyError if there is none."""
    return _BY_NAME[FORMER_NAMES.get(name, name)]


@cache
def request_class(key: int) -> type[Any]:
    """Return the class of an API's request; imports its module at the first call."""
    return _message_class(APIS[key], "Request")


@cache
def response_class(key: int) -> type[Any]:
    """Return the class of an API's response; imports its module at the first call."""
    return _message_class(APIS[key], "Response")


def _message_class(api: Api, kind: str) -> type[Any]:
    module = import_module(f"logion.protocol.messages.{api.module}")
    cls: type[Any] = getattr(module, api.name + kind)
    return cls
