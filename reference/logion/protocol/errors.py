"""Kafka's error codes, and the exceptions that carry them.

Three kinds of failure are told apart: the peer broke the protocol
(`ProtocolError`: the connection ends), the request cannot be served (an `Error`
in the response, or `ApiError` on the way there), and our own mistakes (`assert`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, Self, TypeAlias

Advice: TypeAlias = Literal["", "retry", "refresh"]
"""What helps: nothing, asking again, or asking for metadata first."""

RETRY: Literal["retry"] = "retry"
"""The same request may succeed later."""

REFRESH: Literal["refresh"] = "refresh"
"""The same request may succeed once the client has fresh metadata."""


class Error(IntEnum):
    """An error code as it travels in responses: its number, and what it says."""

    meaning: str
    """What has happened, in a few words."""
    advice: Advice
    """What helps against it."""

    def __new__(cls, code: int, meaning: str, advice: Advice = "") -> Self:
        """Make the member for `code`; members compare and hash as that number."""
        error = int.__new__(cls, code)
        error._value_ = code
        error.meaning = meaning
        error.advice = advice
        return error

    UNKNOWN_SERVER_ERROR = -1, "the broker failed in a way it has no code for"
    NONE = 0, "all went well"
    OFFSET_OUT_OF_RANGE = (
        1,
        "the partition holds no such offset: below its start or past its end",
    )
    CORRUPT_MESSAGE = 2, "checksum, size or form of a record batch is wrong", RETRY
    UNKNOWN_TOPIC_OR_PARTITION = (
        3,
        "this broker knows no such topic or partition",
        REFRESH,
    )
    INVALID_FETCH_SIZE = 4, "the fetch asks for a negative number of bytes"
    LEADER_NOT_AVAILABLE = (
        5,
        "the partition has no leader now: an election is under way",
        REFRESH,
    )
    NOT_LEADER_OR_FOLLOWER = (
        6,
        "this broker does not lead the partition, or has no replica of it",
        REFRESH,
    )
    REQUEST_TIMED_OUT = (
        7,
        "the request's own time limit passed before it could be fulfilled",
        RETRY,
    )
    BROKER_NOT_AVAILABLE = 8, "the broker that has to answer is not alive"
    REPLICA_NOT_AVAILABLE = (
        9,
        "a replica of the partition is on a broker that is down",
        REFRESH,
    )
    MESSAGE_TOO_LARGE = 10, "a batch is larger than the topic's max.message.bytes"
    STALE_CONTROLLER_EPOCH = 11, "a newer controller has taken over from the sender"
    OFFSET_METADATA_TOO_LARGE = (
        12,
        "a commit's metadata exceeds offset.metadata.max.bytes",
    )
    NETWORK_EXCEPTION = 13, "the connection ended before the answer came", REFRESH
    COORDINATOR_LOAD_IN_PROGRESS = (
        14,
        "the coordinator is still reading its state from its log",
        RETRY,
    )
    COORDINATOR_NOT_AVAILABLE = (
        15,
        "no broker can serve as coordinator for this key now",
        RETRY,
    )
    NOT_COORDINATOR = (
        16,
        "another broker coordinates this group or transactional id",
        RETRY,
    )
    INVALID_TOPIC_EXCEPTION = (
        17,
        "the topic's name is not allowed, or the operation on that topic",
    )
    RECORD_LIST_TOO_LARGE = 18, "a partition's records do not fit into one segment"
    NOT_ENOUGH_REPLICAS = (
        19,
        "the ISR is below min.insync.replicas: nothing was appended",
        RETRY,
    )
    NOT_ENOUGH_REPLICAS_AFTER_APPEND = (
        20,
        "the ISR shrank below min.insync.replicas after the append",
        RETRY,
    )
    INVALID_REQUIRED_ACKS = 21, "acks must be -1, 0 or 1"
    ILLEGAL_GENERATION = (
        22,
        "the group is in another generation than the member believes",
    )
    INCONSISTENT_GROUP_PROTOCOL = (
        23,
        "the member shares no protocol, or not the type, with its group",
    )
    INVALID_GROUP_ID = 24, "the group id is empty or otherwise not allowed"
    UNKNOWN_MEMBER_ID = (
        25,
        "the group has no such member: join again without a member id",
    )
    INVALID_SESSION_TIMEOUT = (
        26,
        "outside group.min.session.timeout.ms to group.max.session.timeout.ms",
    )
    REBALANCE_IN_PROGRESS = 27, "the group rebalances: the member has to join again"
    INVALID_COMMIT_OFFSET_SIZE = (
        28,
        "the commit is too large to be stored as one record batch",
    )
    TOPIC_AUTHORIZATION_FAILED = 29, "the principal may not do this to the topic"
    GROUP_AUTHORIZATION_FAILED = 30, "the principal may not do this to the group"
    CLUSTER_AUTHORIZATION_FAILED = 31, "the principal may not do this to the cluster"
    INVALID_TIMESTAMP = 32, "a record's timestamp is too far from the broker's time"
    UNSUPPORTED_SASL_MECHANISM = 33, "the listener does not offer this SASL mechanism"
    ILLEGAL_SASL_STATE = (
        34,
        "the request does not fit this moment of the authentication",
    )
    UNSUPPORTED_VERSION = 35, "the broker does not speak this version of the API"
    TOPIC_ALREADY_EXISTS = 36, "there is a topic of this name"
    INVALID_PARTITIONS = (
        37,
        "the number of partitions is not positive, or does not grow",
    )
    INVALID_REPLICATION_FACTOR = (
        38,
        "not positive, or more replicas than there are brokers",
    )
    INVALID_REPLICA_ASSIGNMENT = (
        39,
        "the given replicas are incomplete, repeated or unknown brokers",
    )
    INVALID_CONFIG = 40, "a setting is unknown or its value is not allowed"
    NOT_CONTROLLER = 41, "another node is the controller", RETRY
    INVALID_REQUEST = 42, "the request contradicts itself or the protocol"
    UNSUPPORTED_FOR_MESSAGE_FORMAT = (
        43,
        "the topic's message format is too old for this",
    )
    POLICY_VIOLATION = 44, "a policy configured on the broker refuses these settings"
    OUT_OF_ORDER_SEQUENCE_NUMBER = (
        45,
        "batches of this producer are missing before this one",
    )
    DUPLICATE_SEQUENCE_NUMBER = (
        46,
        "the batch was appended before, too long ago to know its offset",
    )
    INVALID_PRODUCER_EPOCH = 47, "the log has seen a newer epoch of this producer"
    INVALID_TXN_STATE = 48, "the transaction is in a state that does not allow this"
    INVALID_PRODUCER_ID_MAPPING = (
        49,
        "the transactional id now belongs to another producer id",
    )
    INVALID_TRANSACTION_TIMEOUT = (
        50,
        "above the broker's transaction.max.timeout.ms, or not positive",
    )
    CONCURRENT_TRANSACTIONS = (
        51,
        "the producer's previous transaction is still being completed",
        RETRY,
    )
    TRANSACTION_COORDINATOR_FENCED = (
        52,
        "a newer coordinator has written markers for this producer",
    )
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = (
        53,
        "the principal may not use this transactional id",
    )
    SECURITY_DISABLED = 54, "no authorizer is configured"
    OPERATION_NOT_ATTEMPTED = (
        55,
        "skipped, because another part of the same request failed",
    )
    KAFKA_STORAGE_ERROR = (
        56,
        "the disk failed: the log directory of the partition is offline",
        REFRESH,
    )
    LOG_DIR_NOT_FOUND = 57, "the broker has no such log directory"
    SASL_AUTHENTICATION_FAILED = 58, "the credentials are wrong"
    UNKNOWN_PRODUCER_ID = 59, "the log no longer remembers this producer"
    REASSIGNMENT_IN_PROGRESS = 60, "the partition is being moved to other brokers"
    DELEGATION_TOKEN_AUTH_DISABLED = (
        61,
        "delegation tokens are not enabled on the broker",
    )
    DELEGATION_TOKEN_NOT_FOUND = 62, "there is no such delegation token"
    DELEGATION_TOKEN_OWNER_MISMATCH = (
        63,
        "only the token's owner or a renewer may do this",
    )
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED = (
        64,
        "this connection's authentication cannot ask for tokens",
    )
    DELEGATION_TOKEN_AUTHORIZATION_FAILED = (
        65,
        "the principal may not do this to the token",
    )
    DELEGATION_TOKEN_EXPIRED = 66, "the token's time is over"
    INVALID_PRINCIPAL_TYPE = 67, "only principals of type User can renew a token"
    NON_EMPTY_GROUP = 68, "the group still has members"
    GROUP_ID_NOT_FOUND = 69, "there is no such group"
    FETCH_SESSION_ID_NOT_FOUND = 70, "the broker has dropped this fetch session", RETRY
    INVALID_FETCH_SESSION_EPOCH = (
        71,
        "not the epoch that follows in this fetch session",
        RETRY,
    )
    LISTENER_NOT_FOUND = (
        72,
        "the leader has no listener of the name this client came in by",
        REFRESH,
    )
    TOPIC_DELETION_DISABLED = 73, "delete.topic.enable is false"
    FENCED_LEADER_EPOCH = (
        74,
        "the client names an older leader epoch than the broker's",
        REFRESH,
    )
    UNKNOWN_LEADER_EPOCH = (
        75,
        "the client names a newer leader epoch than the broker's",
        RETRY,
    )
    UNSUPPORTED_COMPRESSION_TYPE = (
        76,
        "this version of the request cannot carry the codec",
    )
    STALE_BROKER_EPOCH = (
        77,
        "the broker has registered anew since the sender's knowledge",
    )
    OFFSET_NOT_AVAILABLE = (
        78,
        "a new leader does not know its high watermark yet",
        RETRY,
    )
    MEMBER_ID_REQUIRED = 79, "join again with the member id given in this answer"
    PREFERRED_LEADER_NOT_AVAILABLE = (
        80,
        "the preferred replica is down or out of sync",
        REFRESH,
    )
    GROUP_MAX_SIZE_REACHED = 81, "the group has group.max.size members already"
    FENCED_INSTANCE_ID = 82, "another member has taken over this group.instance.id"
    ELIGIBLE_LEADERS_NOT_AVAILABLE = 83, "no replica that may lead is alive", REFRESH
    ELECTION_NOT_NEEDED = 84, "the partition has the leader that was asked for", REFRESH
    NO_REASSIGNMENT_IN_PROGRESS = 85, "the partition is not being moved"
    GROUP_SUBSCRIBED_TO_TOPIC = 86, "members of the group still subscribe to the topic"
    INVALID_RECORD = (
        87,
        "a record breaks a rule, such as a missing key in a compacted topic",
    )
    UNSTABLE_OFFSET_COMMIT = (
        88,
        "an open transaction may still change the committed offset",
        RETRY,
    )
    THROTTLING_QUOTA_EXCEEDED = 89, "the quota is used up: wait and ask again", RETRY
    PRODUCER_FENCED = 90, "a newer producer with the same transactional id is active"
    RESOURCE_NOT_FOUND = 91, "what the request names does not exist"
    DUPLICATE_RESOURCE = 92, "the request names the same thing twice"
    UNACCEPTABLE_CREDENTIAL = (
        93,
        "the credential does not meet the broker's requirements",
    )
    INCONSISTENT_VOTER_SET = (
        94,
        "sender and receiver disagree on who votes in the quorum",
    )
    INVALID_UPDATE_VERSION = 95, "the new finalized feature level is not allowed"
    FEATURE_UPDATE_FAILED = (
        96,
        "storing the finalized features failed on the controller",
    )
    PRINCIPAL_DESERIALIZATION_FAILURE = 97, "the forwarded principal cannot be read"
    SNAPSHOT_NOT_FOUND = 98, "the leader has no such snapshot"
    POSITION_OUT_OF_RANGE = 99, "the position is not inside the snapshot"
    UNKNOWN_TOPIC_ID = 100, "this broker knows no topic of this id", REFRESH
    DUPLICATE_BROKER_REGISTRATION = 101, "a live broker is registered under this id"
    BROKER_ID_NOT_REGISTERED = 102, "no broker is registered under this id"
    INCONSISTENT_TOPIC_ID = (
        103,
        "the log on disk belongs to a topic of another id",
        REFRESH,
    )
    INCONSISTENT_CLUSTER_ID = 104, "the sender belongs to another cluster"
    TRANSACTIONAL_ID_NOT_FOUND = (
        105,
        "the coordinator does not know this transactional id",
    )
    FETCH_SESSION_TOPIC_ID_ERROR = (
        106,
        "the session mixes topics by name with topics by id",
        RETRY,
    )
    INELIGIBLE_REPLICA = 107, "a replica of the proposed ISR may not join it now"
    NEW_LEADER_ELECTED = (
        108,
        "the change to the partition made another broker its leader",
    )
    OFFSET_MOVED_TO_TIERED_STORAGE = (
        109,
        "the leader has this offset in remote storage only",
    )
    FENCED_MEMBER_EPOCH = 110, "the coordinator fenced the member: rejoin with epoch 0"
    UNRELEASED_INSTANCE_ID = 111, "a live member still holds this group.instance.id"
    UNSUPPORTED_ASSIGNOR = 112, "the group cannot use this assignor"
    STALE_MEMBER_EPOCH = (
        113,
        "the member's epoch is old: wait for the next heartbeat's answer",
    )
    MISMATCHED_ENDPOINT_TYPE = (
        114,
        "asked of a broker what a controller answers, or the reverse",
    )
    UNSUPPORTED_ENDPOINT_TYPE = 115, "this kind of endpoint is not supported"
    UNKNOWN_CONTROLLER_ID = 116, "no controller has this id"
    UNKNOWN_SUBSCRIPTION_ID = 117, "the client's telemetry subscription is out of date"
    TELEMETRY_TOO_LARGE = 118, "the pushed metrics exceed the broker's limit"
    INVALID_REGISTRATION = 119, "the controller rejects the registration as it stands"
    TRANSACTION_ABORTABLE = (
        120,
        "the transaction cannot commit: abort it and begin another",
    )
    INVALID_RECORD_STATE = 121, "the acknowledged record is not acquired by this member"
    SHARE_SESSION_NOT_FOUND = 122, "the broker has dropped this share session", RETRY
    INVALID_SHARE_SESSION_EPOCH = (
        123,
        "not the epoch that follows in this share session",
        RETRY,
    )
    FENCED_STATE_EPOCH = 124, "the share state was written under a newer state epoch"
    INVALID_VOTER_KEY = 125, "the voter key is not the receiver's own"
    DUPLICATE_VOTER = 126, "this voter is in the voter set already"
    VOTER_NOT_FOUND = 127, "the voter set has no such voter"
    INVALID_REGULAR_EXPRESSION = (
        128,
        "the subscription's regular expression cannot be parsed",
    )
    REBOOTSTRAP_REQUIRED = (
        129,
        "the client has to start over from its bootstrap servers",
    )
    STREAMS_INVALID_TOPOLOGY = 130, "the group's streams topology contradicts itself"
    STREAMS_INVALID_TOPOLOGY_EPOCH = (
        131,
        "the topology epoch is not one the group can take",
    )
    STREAMS_TOPOLOGY_FENCED = 132, "the group runs a newer topology than this member's"
    SHARE_SESSION_LIMIT_REACHED = (
        133,
        "the broker holds as many share sessions as it may",
        RETRY,
    )

    @property
    def retriable(self) -> bool:
        """Whether the same request may succeed if it is sent again."""
        return self.advice != ""

    @property
    def invalidates_metadata(self) -> bool:
        """Whether the client should ask for metadata before it tries again."""
        return self.advice == REFRESH

    @classmethod
    def of(cls, code: int) -> Error:
        """Return a received code's error; an unknown one is UNKNOWN_SERVER_ERROR."""
        return _BY_CODE.get(code, cls.UNKNOWN_SERVER_ERROR)


_BY_CODE = {error.value: error for error in Error}


class ApiError(Exception):
    """A request that cannot be served: its handler answers with this error."""

    def __init__(self, error: Error, message: str | None = None) -> None:
        """Carry `error`, and a text for whoever reads the response or the log."""
        super().__init__(error, message)
        self.error = error
        self.message = message

    def __str__(self) -> str:
        """Return name and number of the error, and the message or else its meaning."""
        return f"{self.error.name} ({self.error.value}): " + (
            self.error.meaning if self.message is None else self.message
        )


class ProtocolError(Exception):
    """Bytes that no valid peer sends; the text says where they went wrong.

    The stream can no longer be trusted: the connection is closed.
    """
