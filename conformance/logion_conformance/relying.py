"""What the suite takes for granted of a broker's settings, and what it does elsewhere.

A broker is asked once for its settings (DescribeConfigs). Topics of cases are to be as
Kafka's own defaults make them: where the broker's defaults are others, they are given
what they are to have. What is no topic's is read by the case that it matters to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from logion.client.admin import BROKER, describe_configs
from logion.client.cluster import open_cluster
from logion.client.connection import Address, Options
from logion.client.versions import VersionRange, Versions
from logion.protocol.apis import api_named
from logion.protocol.errors import ApiError, ProtocolError

DESCRIBE_CONFIGS = api_named("DescribeConfigs").key

HOUR_MS = 3_600_000
WEEK_MS = 7 * 24 * HOUR_MS
MIB = 1024 * 1024
FOR_EVER = 2**63 - 1

IsFine = Callable[[str], bool]


def only(value: str) -> IsFine:
    """Return what tells whether a setting is as it has to be."""
    return value.__eq__


def least(number: int) -> IsFine:
    """Return what tells whether a setting is as large as it has to be; -1: no limit."""

    def is_fine(text: str) -> bool:
        return text == "-1" or (text.isdecimal() and int(text) >= number)

    return is_fine


class Relied(NamedTuple):
    """A setting of topics that cases rely on."""

    value: str
    """What a topic is given where the broker's default would not do."""
    fine: Mapping[str, IsFine]
    """The broker's settings that are the default of it, and which of them would do."""


RELIED_ON: Mapping[str, Relied] = {
    "cleanup.policy": Relied("delete", {"log.cleanup.policy": only("delete")}),
    "compression.type": Relied("producer", {"compression.type": only("producer")}),
    "delete.retention.ms": Relied(
        "86400000", {"log.cleaner.delete.retention.ms": least(HOUR_MS)}
    ),
    "max.compaction.lag.ms": Relied(
        str(FOR_EVER), {"log.cleaner.max.compaction.lag.ms": least(WEEK_MS)}
    ),
    "max.message.bytes": Relied("1048588", {"message.max.bytes": least(1_000_000)}),
    "message.downconversion.enable": Relied(
        "true", {"log.message.downconversion.enable": only("true")}
    ),
    "message.timestamp.after.max.ms": Relied(
        str(HOUR_MS), {"log.message.timestamp.after.max.ms": least(HOUR_MS)}
    ),
    "message.timestamp.before.max.ms": Relied(
        str(FOR_EVER), {"log.message.timestamp.before.max.ms": only(str(FOR_EVER))}
    ),
    "message.timestamp.difference.max.ms": Relied(
        str(FOR_EVER), {"log.message.timestamp.difference.max.ms": only(str(FOR_EVER))}
    ),
    "message.timestamp.type": Relied(
        "CreateTime", {"log.message.timestamp.type": only("CreateTime")}
    ),
    "min.compaction.lag.ms": Relied(
        "0", {"log.cleaner.min.compaction.lag.ms": only("0")}
    ),
    "min.insync.replicas": Relied("1", {"min.insync.replicas": only("1")}),
    "retention.bytes": Relied("-1", {"log.retention.bytes": least(64 * MIB)}),
    "retention.ms": Relied(
        str(WEEK_MS),
        {
            "log.retention.ms": least(WEEK_MS),
            "log.retention.minutes": least(WEEK_MS // 60_000),
            "log.retention.hours": least(WEEK_MS // HOUR_MS),
        },
    ),
    "segment.bytes": Relied(str(1024 * MIB), {"log.segment.bytes": least(64 * MIB)}),
    "segment.index.bytes": Relied(
        str(10 * MIB), {"log.index.size.max.bytes": least(MIB)}
    ),
    "segment.jitter.ms": Relied(
        "0", {"log.roll.jitter.ms": only("0"), "log.roll.jitter.hours": only("0")}
    ),
    "segment.ms": Relied(
        str(WEEK_MS),
        {"log.roll.ms": least(WEEK_MS), "log.roll.hours": least(WEEK_MS // HOUR_MS)},
    ),
}
"""Settings of topics; what stands in no answer of the broker's would do."""


def to_be_set(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that a topic has to be given, at a broker with these."""
    return {
        key: relied.value
        for key, relied in RELIED_ON.items()
        if not all(
            is_fine(settings[name])
            for name, is_fine in relied.fine.items()
            if name in settings
        )
    }


async def settings_told(
    address: Address,
    options: Options,
    versions: Versions,
    readable: Mapping[int, VersionRange],
) -> dict[str, str]:
    """Return the settings that the broker at an address has, as far as it says so.

    What is wrong with its answers is for the cases to find.
    """
    if DESCRIBE_CONFIGS not in versions.spoken:
        return {}
    limits = {**versions.spoken, **readable}
    try:
        async with open_cluster([address], replace(options, limits=limits)) as cluster:
            for node_id in cluster.picture.nodes:
                told = await describe_configs(cluster, BROKER, str(node_id))
                return {key: value for key, value in told.items() if value is not None}
    except (ApiError, ProtocolError):
        pass
    return {}
