"""What coordinators and leaders check in a transaction, and the variants.

The defaults of `Rules` are those of KIP-890 with both of its parts (Kafka 4.0).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """What is checked, by whom."""

    name: str
    title: str
    source: str
    verifies: bool = True
    """A leader asks the coordinator before it lets records begin a transaction."""
    guards_verification: bool = True
    """A marker makes void what the coordinator had said before it."""
    matches_open_epoch: bool = True
    """An open transaction speaks for records of its own epoch only (KAFKA-18575)."""
    bumps_epoch: bool = True
    """Each transaction has a producer epoch of its own, and producing adds the
    partition (KIP-890, part 2: transaction.version 2)."""
    checks_epoch: bool = True
    """Coordinator and leaders refuse instances that were replaced."""
    checks_coordinator_epoch: bool = True
    """Leaders refuse markers of coordinators that were replaced."""
    remembers_markers: bool = True
    """A producer whose last entry is a fresh marker is not forgotten (KAFKA-9144)."""
    completes_without_lock: bool = True
    """The last answer to a marker completes the transaction, whatever else goes on
    (KAFKA-9777)."""
    stops_in_doubt: bool = True
    """A producer that aborts without knowing whether its records were written takes
    another epoch before it goes on (KIP-360)."""


KIP_890 = Rules(
    "transactions-kip-890",
    "Transactions of Kafka 4.0: an epoch for each",
    "KIP-98; KIP-890, parts 1 and 2",
)
KAFKA_18575 = Rules(
    "transactions-kafka-18575",
    "A leader that takes records of the next transaction for those of the open one",
    "KAFKA-18575",
    matches_open_epoch=False,
)
PART_1 = Rules(
    "transactions-kip-890-part-1",
    "Transactions that leaders verify, all with one epoch",
    "KIP-890, part 1: the server checks",
    bumps_epoch=False,
)
KIP_98 = Rules(
    "transactions-kip-98",
    "Transactions before KIP-890: leaders take what comes",
    "KIP-98",
    verifies=False,
    bumps_epoch=False,
)
UNGUARDED = Rules(
    "transactions-unguarded-verification",
    "A leader that goes by what the coordinator said before a marker",
    "KIP-890, part 1: what is verified must still be so when it is appended",
    guards_verification=False,
    bumps_epoch=False,
)
GOES_ON = Rules(
    "transactions-gone-on-in-doubt",
    "A producer that goes on in its epoch after records of unknown fate",
    "KIP-360, KIP-890: late records join the next transaction",
    bumps_epoch=False,
    stops_in_doubt=False,
)
WITHOUT_FENCING = Rules(
    "transactions-without-fencing",
    "Instances that were replaced go on",
    "KIP-98, Zombie fencing: what the producer epoch is for",
    verifies=False,
    bumps_epoch=False,
    checks_epoch=False,
)
STALE_COORDINATORS = Rules(
    "transactions-stale-coordinators",
    "Markers of coordinators that were replaced count",
    "KIP-98, WriteTxnMarkers: what CoordinatorEpoch is for",
    verifies=False,
    bumps_epoch=False,
    checks_coordinator_epoch=False,
)
KAFKA_9144 = Rules(
    "transactions-kafka-9144",
    "A producer is forgotten by the age of its data, however fresh its marker",
    "KAFKA-9144",
    verifies=False,
    bumps_epoch=False,
    remembers_markers=False,
)
KAFKA_9777 = Rules(
    "transactions-kafka-9777",
    "A coordinator that misses the last answer while it loads something else",
    "KAFKA-9777",
    verifies=False,
    bumps_epoch=False,
    completes_without_lock=False,
)

VARIANTS = (
    KIP_890,
    PART_1,
    KIP_98,
    KAFKA_18575,
    UNGUARDED,
    GOES_ON,
    WITHOUT_FENCING,
    STALE_COORDINATORS,
    KAFKA_9144,
    KAFKA_9777,
)
"""The rules of the newest release first, those that nobody ever meant last."""
