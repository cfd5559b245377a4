"""The same questions about settings, for a broker of Apache Kafka and for ours.

What comes back is plain data: `observe` writes down what Apache Kafka said, and the
tests hold it against what we say, field by field.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import trio
from logion.client.connection import Connection
from logion.client.versions import api_key_of
from logion.protocol.apis import response_class
from logion.protocol.messages import alter_configs as whole
from logion.protocol.messages import incremental_alter_configs as single
from logion.protocol.messages.alter_configs import AlterConfigsRequest
from logion.protocol.messages.create_topics import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from logion.protocol.messages.describe_configs import (
    DescribeConfigsRequest,
    DescribeConfigsResource,
    DescribeConfigsResourceResult,
    DescribeConfigsResult,
)
from logion.protocol.messages.incremental_alter_configs import (
    IncrementalAlterConfigsRequest,
)
from logion.protocol.messages.list_config_resources import ListConfigResourcesRequest
from logion.settings import minor_release

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32

SET, DELETE, APPEND, SUBTRACT = range(4)

GIVEN = {
    "compression.type": "gzip",
    "log.retention.hours": "100",
    "log.segment.bytes": "104857600",
    "message.max.bytes": "2000000",
    "num.network.threads": "2",
    "my.plug.in": "x",
    "ssl.key.password": "secret",
    "ssl.keystore.type": "PKCS12",
}
"""What stands in the broker's file, besides what it needs to start."""

OVERRIDES = {
    "cleanup.policy": "compact",
    "max.message.bytes": "3000000",
    "retention.ms": "1234567",
    "segment.bytes": "2097152",
}
"""What the topic `t` is made with."""

OF_ALL = {
    "log.retention.ms": "7000000",
    "background.threads": "12",
    "message.max.bytes": "2500000",
    "compression.type": "lz4",
}
"""What is set for all brokers while they run."""

OF_ONE = {"log.retention.ms": "8000000", "message.max.bytes": "2600000"}
"""What is set for one broker while it runs."""

DYNAMIC_SINCE = (1, 1)
INCREMENTAL_SINCE = (2, 3)

Row = list[Any]
"""One setting: name, value, read-only, default, source, sensitive, type, synonyms."""

Facts = dict[str, Any]


class Probe(NamedTuple):
    """A change that is asked for, and not made."""

    kind: int
    name: str
    edits: tuple[tuple[str, int, str | None], ...]


def row_of(said: DescribeConfigsResourceResult) -> Row:
    """Return what an answer says of one setting, without the text about it."""
    return [
        said.name,
        said.value,
        said.read_only,
        said.is_default,
        said.config_source,
        said.is_sensitive,
        said.config_type,
        [[it.name, it.value, it.source] for it in said.synonyms],
    ]


class Client:
    """Asks one broker about its settings."""

    def __init__(self, connection: Connection, release: str, broker: str) -> None:
        self.connection = connection
        self.release = release
        self.minor = minor_release(release)
        self.broker = broker
        """The broker's number."""
        self.closes_on_null = (2, 0) <= self.minor < INCREMENTAL_SINCE
        """Whether a value that is null ends the connection."""

    async def ask(self, request: Any, version: int | None = None) -> Any:
        answer = response_class(api_key_of(request))
        return await self.connection.call(request, answer, version=version)

    async def describe(self, kind: int, name: str) -> DescribeConfigsResult:
        resource = DescribeConfigsResource(
            resource_type=kind, resource_name=name, configuration_keys=None
        )
        request = DescribeConfigsRequest(
            resources=(resource,),
            include_synonyms=self.minor >= DYNAMIC_SINCE,
        )
        came: DescribeConfigsResult = (await self.ask(request)).results[0]
        return came

    async def rows(self, kind: int, name: str) -> list[Row]:
        """Return all settings by name."""
        came = await self.describe(kind, name)
        assert came.error_code == 0, (kind, name, came.error_code, came.error_message)
        return sorted((row_of(it) for it in came.configs), key=lambda it: str(it[0]))

    async def change(self, kind: int, name: str, new: Mapping[str, str]) -> None:
        """Set what is new, and see that nothing speaks against it."""
        edits = tuple((key, SET, value) for key, value in new.items())
        came = await self.refusal(Probe(kind, name, edits), validate_only=False)
        assert came[0] == 0, (new, came)

    async def refusal(self, probe: Probe, *, validate_only: bool = True) -> list[Any]:
        """Return error code and message of a change that is only checked."""
        if self.minor < INCREMENTAL_SINCE:
            rows: Any = tuple(
                whole.AlterableConfig(name=key, value=value)
                for key, _, value in probe.edits
            )
            resource: Any = whole.AlterConfigsResource(
                resource_type=probe.kind, resource_name=probe.name, configs=rows
            )
            request: Any = AlterConfigsRequest(
                resources=(resource,), validate_only=validate_only
            )
        else:
            rows = tuple(
                single.AlterableConfig(name=key, config_operation=edit, value=value)
                for key, edit, value in probe.edits
            )
            resource = single.AlterConfigsResource(
                resource_type=probe.kind, resource_name=probe.name, configs=rows
            )
            request = IncrementalAlterConfigsRequest(
                resources=(resource,), validate_only=validate_only
            )
        (came,) = (await self.ask(request)).responses
        return [came.error_code, came.error_message]

    async def create(self, name: str, overrides: Mapping[str, str]) -> None:
        topic = CreatableTopic(
            name=name,
            num_partitions=1,
            replication_factor=1,
            assignments=(),
            configs=tuple(
                CreatableTopicConfig(name=k, value=v) for k, v in overrides.items()
            ),
        )
        request = CreateTopicsRequest(topics=(topic,), timeout_ms=10_000)

        async def make() -> int:
            (came,) = (await self.ask(request)).topics
            return int(came.error_code)

        await seen(make, lambda code: code == 0)  # a young broker may not know itself


async def seen(
    look: Callable[[], Awaitable[Any]], expected: Callable[[Any], bool]
) -> Any:
    """Return what `look` gives once it is as expected: brokers learn a little later."""
    with trio.fail_after(20):
        while not expected(found := await look()):  # noqa: ASYNC110
            await trio.sleep(0.1)
    return found


def changed_rows(before: list[Row], after: list[Row]) -> list[Row]:
    """Return the rows that are not as before."""
    return [it for it in after if it not in before]


def value_of(rows: Iterable[Row], name: str) -> Any:
    return next((it[1] for it in rows if it[0] == name), None)


async def asked(client: Client) -> Facts:
    """Return all that a broker says of its settings."""
    await client.create("t", OVERRIDES)
    facts: Facts = {}

    async def topic() -> list[Row]:
        return await client.rows(TOPIC, "t")

    async def broker() -> list[Row]:
        return await client.rows(BROKER, client.broker)

    def is_made(found: list[Row]) -> bool:
        return value_of(found, "retention.ms") == OVERRIDES["retention.ms"]

    await seen(lambda: client.describe(TOPIC, "t"), lambda it: not it.error_code)
    facts["topic"] = await seen(topic, is_made)
    facts["broker"] = await broker()
    facts["refused"] = {
        label: await client.refusal(probe)
        for label, probe in probes(client)
        if not (client.closes_on_null and any(it[2] is None for it in probe.edits))
    }
    facts["not described"] = {
        f"{kind}:{name}": await _not_described(client, kind, name)
        for kind, name in NOT_DESCRIBED
    }
    facts["listed"] = await _listed(client)
    facts |= await _loggers(client)
    if client.minor >= (4, 0):
        facts |= await _others(client)
    if client.minor >= DYNAMIC_SINCE:
        facts |= await _dynamic(client, facts["topic"], facts["broker"])
    return facts


async def _dynamic(client: Client, topic: list[Row], broker: list[Row]) -> Facts:
    await client.change(BROKER, "", OF_ALL)
    await client.change(BROKER, client.broker, OF_ONE)

    async def broker_after() -> list[Row]:
        return changed_rows(broker, await client.rows(BROKER, client.broker))

    def is_told(found: list[Row]) -> bool:
        return all(value_of(found, key) == it for key, it in (OF_ALL | OF_ONE).items())

    facts: Facts = {"broker, changed": await seen(broker_after, is_told)}
    facts["topic, changed"] = changed_rows(topic, await client.rows(TOPIC, "t"))
    facts["all brokers"] = await client.rows(BROKER, "")
    return facts


async def _not_described(client: Client, kind: int, name: str) -> list[Any]:
    came = await client.describe(kind, name)
    return [came.error_code, came.error_message, len(came.configs)]


NOT_DESCRIBED = (
    (TOPIC, "missing"), (TOPIC, "bad name"), (TOPIC, ""), (BROKER, "7"),
    (BROKER, "x"), (LOGGER, "7"), (LOGGER, "x"), (0, "x"), (1, "x"), (3, "x"),
    (64, "x"),
)  # fmt: skip
"""Kinds and names of which nothing can be told."""


async def _listed(client: Client) -> list[Any]:
    request = ListConfigResourcesRequest()
    key = api_key_of(request)
    if key not in client.connection.versions.spoken:
        return []
    newest = client.connection.versions.newest(key)
    came = await client.ask(request)
    rows = [[it.resource_type, it.resource_name] for it in came.config_resources]
    return [newest, came.error_code, sorted(rows)]


def probes(client: Client) -> Iterator[tuple[str, Probe]]:
    """Yield changes that are refused, or are not, each with what it is about."""
    edits: list[tuple[str, str, int, str | None]] = [
        ("an unknown setting", "no.such.setting", SET, "1"),
        ("not a number", "retention.ms", SET, "soon"),
        ("below the range", "retention.ms", SET, "-2"),
        ("above the range", "min.cleanable.dirty.ratio", SET, "1.5"),
        ("no boolean", "preallocate", SET, "maybe"),
        ("no choice", "cleanup.policy", SET, "shred"),
        ("no choice of a text", "message.timestamp.type", SET, "Never"),
        ("beyond its type", "segment.bytes", SET, "99999999999"),
        ("no value", "retention.ms", SET, None),
        ("an empty value", "retention.ms", SET, ""),
        ("added to a number", "retention.ms", APPEND, "1"),
        ("added to a list", "cleanup.policy", APPEND, "delete"),
        ("all taken away", "cleanup.policy", SUBTRACT, "compact"),
        ("deleted", "retention.ms", DELETE, None),
        ("deleted, unknown", "no.such.setting", DELETE, None),
        ("an operation that is none", "retention.ms", 9, "1"),
        ("of another release", "message.format.version", SET, "2.0"),
        ("a broker's", "log.retention.ms", SET, "1"),
        ("throttled replicas", "leader.replication.throttled.replicas", SET, "x"),
    ]
    for label, key, edit, value in edits:
        yield f"topic: {label}", Probe(TOPIC, "t", ((key, edit, value),))
    pair = (
        ("min.compaction.lag.ms", SET, "9"),
        ("max.compaction.lag.ms", SET, "5"),
    )
    yield "topic: contradicting", Probe(TOPIC, "t", pair)
    twice = (("retention.ms", SET, "9"), ("retention.ms", SET, "9"))
    yield "topic: twice", Probe(TOPIC, "t", twice)
    for name in ("missing", "bad name", ""):
        edit = (("retention.ms", SET, "9"),)
        yield f"topic: of {name!r}", Probe(TOPIC, name, edit)
    for label, name in (("broker", client.broker), ("all brokers", "")):
        yield from _of_brokers(label, name)
    for name in ("7", "x"):
        edit = (("log.retention.ms", SET, "9"),)
        yield f"broker: of {name!r}", Probe(BROKER, name, edit)
    for kind in (0, 1, 3, 64):
        yield f"kind {kind}", Probe(kind, "x", (("a", SET, "b"),))
    yield from _of_others(client)


def _of_brokers(label: str, name: str) -> Iterator[tuple[str, Probe]]:
    edits: list[tuple[str, str, int, str | None]] = [
        ("cluster-wide", "log.retention.ms", SET, "9000000"),
        ("of one broker", "ssl.keystore.type", SET, "JKS"),
        ("read-only", "num.partitions", SET, "3"),
        ("read-only, as it is", "log.dirs", SET, "/tmp/x"),
        ("unknown", "no.such.setting", SET, "1"),
        ("not a number", "log.retention.ms", SET, "soon"),
        ("below the range", "log.cleaner.threads", SET, "-1"),
        ("contradicting", "log.cleaner.threads", SET, "2"),
        ("retention of 0", "log.retention.ms", SET, "0"),
        ("twice the threads", "num.io.threads", SET, "16"),
        ("more than twice the threads", "num.io.threads", SET, "17"),
        ("half the threads", "num.io.threads", SET, "4"),
        ("less than half the threads", "num.io.threads", SET, "3"),
        ("no value", "log.retention.ms", SET, None),
        ("added to a list", "log.cleanup.policy", APPEND, "compact"),
        ("added to a number", "log.retention.ms", APPEND, "1"),
        ("deleted", "log.retention.ms", DELETE, None),
        ("deleted, read-only", "num.partitions", DELETE, None),
        ("an operation that is none", "log.retention.ms", 9, "1"),
        ("a topic's", "retention.ms", SET, "1"),
        ("of a listener", "listener.name.plaintext.ssl.keystore.type", SET, "JKS"),
        ("most connections", "max.connections", SET, "100"),
        ("a throttle", "follower.replication.throttled.rate", SET, "100"),
    ]
    for about, key, edit, value in edits:
        yield f"{label}: {about}", Probe(BROKER, name, ((key, edit, value),))


OF_GROUP = {"consumer.session.timeout.ms": "50000"}
OF_METRICS = {"interval.ms": "10000", "match": "client_id=x", "metrics": "a.b,c"}


async def _others(client: Client) -> Facts:
    """Return what is said of groups and of metrics of clients (KRaft, 4.0)."""
    facts: Facts = {"group": await client.rows(GROUP, "g")}
    facts["metrics"] = await client.rows(METRICS, "m")
    for kind, name, new in ((GROUP, "g", OF_GROUP), (METRICS, "m", OF_METRICS)):
        await client.change(kind, name, new)
        is_told = _telling(new)
        rows = await seen(lambda k=kind, n=name: client.rows(k, n), is_told)
        facts["group, changed" if kind == GROUP else "metrics, changed"] = rows
    facts["listed, changed"] = await _listed(client)
    return facts


def _telling(new: Mapping[str, str]) -> Callable[[list[Row]], bool]:
    return lambda rows: all(value_of(rows, key) == it for key, it in new.items())


def _of_others(client: Client) -> Iterator[tuple[str, Probe]]:
    edits: list[tuple[int, str, str, int, str | None]] = [
        (GROUP, "g", "consumer.session.timeout.ms", SET, "50000"),
        (GROUP, "g", "consumer.session.timeout.ms", SET, "1"),
        (GROUP, "g", "consumer.session.timeout.ms", SET, "x"),
        (GROUP, "g", "consumer.session.timeout.ms", SET, "99999999"),
        (GROUP, "g", "consumer.heartbeat.interval.ms", SET, "1"),
        (GROUP, "g", "no.such.setting", SET, "1"),
        (GROUP, "g", "no.such.setting", DELETE, None),
        (GROUP, "", "consumer.session.timeout.ms", SET, "50000"),
        (METRICS, "m", "interval.ms", SET, "1000"),
        (METRICS, "m", "interval.ms", SET, "1"),
        (METRICS, "m", "interval.ms", SET, "x"),
        (METRICS, "m", "interval.ms", SET, "3600001"),
        (METRICS, "m", "match", SET, "client_id=x"),
        (METRICS, "m", "match", SET, "strange=x"),
        (METRICS, "m", "match", SET, "client_id=["),
        (METRICS, "m", "match", SET, "client_id"),
        (METRICS, "m", "metrics", APPEND, "a"),
        (METRICS, "m", "no.such.setting", SET, "1"),
        (METRICS, "", "interval.ms", SET, "1000"),
        (LOGGER, client.broker, "kafka", SET, "DEBUG"),
        (LOGGER, client.broker, "kafka", SET, "LOUD"),
        (LOGGER, client.broker, "kafka", SET, "debug"),
        (LOGGER, client.broker, "kafka", SET, None),
        (LOGGER, client.broker, "kafka", DELETE, None),
        (LOGGER, client.broker, "kafka", APPEND, "DEBUG"),
        (LOGGER, client.broker, "root", SET, "DEBUG"),
        (LOGGER, client.broker, "root", DELETE, None),
        (LOGGER, client.broker, "no.such.logger", SET, "DEBUG"),
        (LOGGER, client.broker, "no.such.logger", DELETE, None),
        (LOGGER, "7", "kafka", SET, "DEBUG"),
        (LOGGER, "x", "kafka", SET, "DEBUG"),
        (LOGGER, "", "kafka", SET, "DEBUG"),
    ]
    for kind, name, key, edit, value in edits:
        label = f"kind {kind} {name!r}: {key} {edit} {value}"
        yield label, Probe(kind, name, ((key, edit, value),))


async def _loggers(client: Client) -> Facts:
    """Return how a few loggers that every broker has are told."""
    came = await client.describe(LOGGER, client.broker)
    rows = [row_of(it) for it in came.configs if it.name in {"root", "kafka"}]
    return {"loggers": [came.error_code, sorted(rows)]}
