"""A cluster as a client uses it: who leads what, one connection per broker, retries.

    async with open_cluster([Address("127.0.0.1", 9092)]) as cluster:
        answer = await cluster.ask(DescribeClusterRequest(), DescribeClusterResponse)
        answer = await cluster.ask_leader(partition, request, ProduceResponse)

`ask...` make one attempt. `Cluster.retry` repeats an operation while its errors may
pass (`Error.retriable`), with fresh metadata each time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import trio

from logion.client.connection import Address, Connection, Options, connect
from logion.client.picture import Leader, Picture, seen
from logion.names import TopicPartition
from logion.protocol.apis import FIND_COORDINATOR, METADATA
from logion.protocol.errors import ApiError, Error
from logion.protocol.messages.find_coordinator import (
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)
from logion.protocol.messages.metadata import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
)

COORDINATOR_VERSION_WITH_KEYS = 4
"""Of FindCoordinator: several groups may be asked for (KIP-699)."""

METADATA_TRIES_MAX = 20
"""How often Metadata is asked for until it names a broker."""

Answer = TypeVar("Answer")
Result = TypeVar("Result")


@asynccontextmanager
async def open_cluster(
    bootstrap: Sequence[Address], options: Options | None = None
) -> AsyncIterator[Cluster]:
    """Yield a Cluster that has met one of its brokers; at the end it hangs up.

    A broker that has just started may name none: it is asked again, and after
    `METADATA_TRIES_MAX` times the cluster is yielded without brokers. Raises
    ApiError(NETWORK_EXCEPTION) if none of `bootstrap` answers.
    """
    cluster = Cluster(bootstrap, options or Options())
    try:
        for _ in range(METADATA_TRIES_MAX):
            if (await cluster.refresh(())).nodes:
                break
            await trio.sleep(cluster.options.backoff_s)
        yield cluster
    finally:
        await cluster.aclose()


class Cluster:
    """The brokers of a cluster, and which of them leads what, as last heard."""

    def __init__(self, bootstrap: Sequence[Address], options: Options) -> None:
        """Start from `bootstrap`; `open_cluster` is the way to get one."""
        self.options = options
        self.picture = Picture()
        self._bootstrap = tuple(bootstrap)
        self._connections: dict[Address, Connection] = {}
        self._opening = trio.Lock()

    async def aclose(self) -> None:
        """Close all connections."""
        with trio.CancelScope(shield=True):
            for connection in self._connections.values():
                await connection.aclose()
        self._connections.clear()

    async def connection(self, address: Address) -> Connection:
        """Return the connection to a broker, opened now if there is none."""
        async with self._opening:
            known = self._connections.get(address)
            if known is not None and known.is_open:
                return known
            if known is not None:
                await known.aclose()
            opened = await connect(address, self.options)
            self._connections[address] = opened
            return opened

    async def any_connection(self) -> Connection:
        """Return a connection to any broker that can be reached."""
        failure = ApiError(Error.NETWORK_EXCEPTION, "no bootstrap address was given")
        for address in self._addresses():
            try:
                return await self.connection(address)
            except ApiError as error:
                failure = error
        raise failure

    def _addresses(self) -> Iterable[Address]:
        known = (Address(node.host, node.port) for node in self.picture.nodes.values())
        return dict.fromkeys((*known, *self._bootstrap))

    async def node(self, node_id: int) -> Connection:
        """Return the connection to the broker with that id.

        Raises ApiError(BROKER_NOT_AVAILABLE) if metadata does not name it.
        """
        node = self.picture.nodes.get(node_id)
        if node is None:
            raise ApiError(Error.BROKER_NOT_AVAILABLE, f"broker {node_id} is not known")
        return await self.connection(Address(node.host, node.port))

    async def refresh(self, topics: Iterable[str], *, create: bool = False) -> Picture:
        """Ask for metadata of `topics` and return the picture with it.

        With `create` the broker may create what it does not know.
        """
        broker = await self.any_connection()
        wanted = tuple(MetadataRequestTopic(name=topic) for topic in topics)
        request = MetadataRequest(topics=wanted, allow_auto_topic_creation=create)
        version = broker.versions.newest(METADATA)
        if version < 4:  # before, the flag did not exist: brokers always may
            request = MetadataRequest(topics=wanted)
        answer = await broker.call(request, MetadataResponse, version=version)
        self.picture = seen(self.picture, answer)
        return self.picture

    async def leader(self, partition: TopicPartition) -> Leader:
        """Return who leads a partition, asking the brokers if that is not known."""
        if partition not in self.picture.leaders:
            await self.refresh((partition.topic,))
        return self.picture.leader(partition)

    async def leader_connection(self, partition: TopicPartition) -> Connection:
        """Return the connection to the leader of a partition."""
        return await self.node((await self.leader(partition)).node_id)

    async def controller(self) -> Connection:
        """Return the connection to the controller; to any broker if none is named."""
        if self.picture.controller_id not in self.picture.nodes:
            return await self.any_connection()
        return await self.node(self.picture.controller_id)

    async def coordinator(self, group_id: str) -> Address:
        """Return where the coordinator of a group is; raises ApiError if none is."""
        broker = await self.any_connection()
        version = broker.versions.newest(FIND_COORDINATOR)
        has_keys = version >= COORDINATOR_VERSION_WITH_KEYS
        request = (
            FindCoordinatorRequest(coordinator_keys=(group_id,))
            if has_keys
            else FindCoordinatorRequest(key=group_id)
        )
        answer = await broker.call(request, FindCoordinatorResponse, version=version)
        found = answer.coordinators[0] if has_keys else answer
        raise_for(found.error_code, found.error_message)
        return Address(found.host, found.port)

    async def ask(self, request: Any, answer: type[Answer]) -> Answer:
        """Return any broker's answer."""
        return await (await self.any_connection()).call(request, answer)

    async def ask_controller(self, request: Any, answer: type[Answer]) -> Answer:
        """Return the controller's answer; any broker's, if none is named."""
        return await (await self.controller()).call(request, answer)

    async def ask_leader(
        self, partition: TopicPartition, request: Any, answer: type[Answer]
    ) -> Answer:
        """Return the answer of a partition's leader."""
        return await (await self.leader_connection(partition)).call(request, answer)

    async def retry(
        self, attempt: Callable[[], Awaitable[Result]], topics: Iterable[str] = ()
    ) -> Result:
        """Return what `attempt` returns, tried again while its error may pass.

        Between attempts the metadata of `topics` is forgotten. After `retry_s` of the
        options the last ApiError is raised.
        """
        topics = tuple(topics)
        limit = trio.current_time() + self.options.retry_s
        while True:
            try:
                return await attempt()
            except ApiError as failure:
                if not failure.error.retriable or trio.current_time() > limit:
                    raise
            self.picture = self.picture.without(topics)
            await trio.sleep(self.options.backoff_s)


def raise_for(error_code: int, text: str | None = None) -> None:
    """Nothing for code 0; the ApiError that a code stands for otherwise."""
    if error_code:
        raise ApiError(Error.of(error_code), text)
