"""One side of a comparison: a broker that scripts are put to, and what it said."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import trio
from logion.client.admin import create_topic
from logion.client.cluster import Cluster, raise_for
from logion.client.connection import (
    Address,
    Connection,
    open_stream,
    read_exactly,
    read_versions,
)
from logion.client.producer import magic_of
from logion.client.versions import Versions, api_key_of
from logion.names import ZERO_UUID, TopicPartition
from logion.protocol.apis import API_VERSIONS, APIS, api_named, response_class
from logion.protocol.errors import ApiError, Error, ProtocolError
from logion.protocol.headers import encode_request
from logion.protocol.messages.find_coordinator import FindCoordinatorResponse
from logion.protocol.messages.heartbeat import HeartbeatRequest, HeartbeatResponse
from logion.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from logion.protocol.messages.list_offsets import ListOffsetsResponse
from logion.protocol.messages.produce import ProduceResponse
from logion.records.record import BatchOptions

from logion_conformance import material
from logion_conformance.compare.probe import (
    CLOSED,
    FIRST,
    NO_TOPIC,
    SILENCE,
    Ask,
    Frame,
    Ground,
    Hear,
    Probe,
    Say,
    Script,
    Until,
)
from logion_conformance.group_requests import (
    GROUP,
    TRANSACTION,
    coordinators,
    find_request,
)
from logion_conformance.material import Topic

CLIENT_ID = "logion-compare"
PATIENCE_S = 2.0
"""How long nothing comes until that is silence."""
UNTIL_S = 15.0
"""How long a broker may take until it has done what it was told."""
PAUSE_S = 0.02

GROUPS_OF_ALL_SHARDS = 12
"""So many groups have members in each of the three partitions of offsets."""


class Said(NamedTuple):
    """One answer of a transcript."""

    what: str
    """What it answers: `2 Produce v3`."""
    answer: Any
    """The decoded answer; CLOSED, SILENCE or another text where there is none."""
    request: Any = None
    """What was asked, if it was no bare bytes."""
    version: int | None = None
    """In which version."""


class CannotSay(Exception):  # noqa: N818 - named for what happened
    """A version has no way to say what a probe says: it does not run in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that was sent, and how its answer is read."""

    what: str
    correlation_id: int
    api_key: int
    version: int
    request: Any = None


@dataclass(slots=True)
class Line:
    """A connection of a script, and the requests on it that were not answered yet."""

    connection: Connection
    waiting: deque[Waiting] = field(default_factory=deque)

    async def hear(self, patience_s: float) -> Any:
        """Return the answer to the oldest request: decoded, or a text instead."""
        asked = self.waiting.popleft()
        with trio.move_on_after(patience_s):
            frame = await self.connection.receive()
            return CLOSED if frame is None else read(asked, frame)
        return SILENCE


def read(asked: Waiting, frame: bytes) -> Any:
    """Return a decoded answer; a text of its bytes if it cannot be one."""
    if int.from_bytes(frame[:4], "big") != asked.correlation_id:
        return f"an answer to another request: {frame.hex()}"
    try:
        if asked.api_key == API_VERSIONS:
            return read_versions(frame, asked.version)
        answer = response_class(asked.api_key)
        return read_exactly(answer, asked.version, frame)[1]
    except (ProtocolError, ApiError, KeyError):
        return f"bytes that are no answer: {frame[4:].hex()}"


@dataclass(slots=True)
class Side:
    """A broker, met, with what both sides speak."""

    address: Address
    cluster: Cluster
    versions: Versions
    standing: Topic = NO_TOPIC

    async def settle(self, name: str) -> None:
        """Make the topic that probes share, with its records; on return it is there.

        So are the coordinators of groups, and producer ids: at first all of them may be
        on their way.
        """
        await self.wake()
        self.standing = await self.topic(name)
        for number in range(3):
            values = (b"%d" % number, b"+%d" % number)
            records = material.batch(
                *values, options=BatchOptions(magic=self.magic_of(None))
            )
            request = material.produce_request(self.standing, records)
            at = TopicPartition(name, 0)
            answer = await self.cluster.ask_leader(at, request, ProduceResponse)
            raise_for(answer.responses[0].partition_responses[0].error_code)

    async def wake(self) -> None:
        """Ask for what is made at the first request, until it is there."""
        if self.versions.range_of(api_named("InitProducerId").key):
            await self.cluster.retry(self._producer_id, ())
        if self.versions.range_of(api_named("FindCoordinator").key):
            for number in range(GROUPS_OF_ALL_SHARDS):
                await self.cluster.retry(partial(self._group, f"wake-{number}"), ())

    async def _producer_id(self) -> None:
        request = InitProducerIdRequest(
            transactional_id=None, transaction_timeout_ms=1000
        )
        raise_for((await self.cluster.ask(request, InitProducerIdResponse)).error_code)

    async def _group(self, name: str) -> None:
        request = HeartbeatRequest(group_id=name, generation_id=1, member_id="nobody")
        version = self.versions.newest(api_named("FindCoordinator").key)
        for kind in (GROUP, TRANSACTION) if version else (GROUP,):
            find = find_request(version, name, key_type=kind)
            came = await self.cluster.ask(find, FindCoordinatorResponse)
            raise_for(coordinators(version, came)[0].error_code)
        if not self.versions.range_of(api_named("Heartbeat").key):
            return
        answer = await self.cluster.ask(request, HeartbeatResponse)
        if answer.error_code not in (Error.UNKNOWN_MEMBER_ID, Error.GROUP_ID_NOT_FOUND):
            raise_for(answer.error_code)

    async def topic(self, name: str) -> Topic:
        """Return a new topic of one partition, once it answers."""
        if self.versions.range_of(api_named("CreateTopics").key):
            await create_topic(self.cluster, name)
        at = TopicPartition(name, 0)
        await self.cluster.retry(lambda: self._answers(at), (name,))
        return Topic(name, self.cluster.picture.topic_ids.get(name, ZERO_UUID))

    async def _answers(self, at: TopicPartition) -> None:
        if at not in self.cluster.picture.leaders:
            await self.cluster.refresh((at.topic,), create=True)
        request = material.offsets_request(Topic(at.topic), material.LATEST)
        answer = await self.cluster.ask_leader(at, request, ListOffsetsResponse)
        raise_for(answer.topics[0].partitions[0].error_code)

    def magic_of(self, version: int | None) -> int:
        """Return the record format of a version of Produce; None: of the newest."""
        newest = self.versions.newest(api_named("Produce").key)
        return magic_of(newest if version is None else version)

    async def run(self, probe: Probe, version: int, name: str) -> list[Said]:
        """Return what the broker says to a probe; CannotSay if it cannot be asked."""
        own = await self.topic(name) if probe.needs_topic else NO_TOPIC
        magic = self.magic_of(version if probe.api == "Produce" else None)
        ground = Ground(
            name=name,
            api=probe.api,
            version=version,
            standing=self.standing,
            own=own,
            magic=magic,
            broker=next(iter(self.cluster.picture.nodes)),
            versions=self.versions,
        )
        run = Run(self, api_named(probe.api).key, version)
        try:
            await run.follow(probe.script(ground))
        finally:
            await run.close()
        return run.said


@dataclass(slots=True)
class Run:
    """A script under way at one broker."""

    side: Side
    api_key: int
    version: int
    lines: dict[str, Line] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    asked: int = 0

    async def follow(self, script: Script) -> None:
        """Take the steps of a script until its end, or until it hears nothing."""
        came: Any = None
        try:
            while True:
                came = await self.take(script.send(came))
                if isinstance(came, str):
                    return
        except StopIteration:
            return
        finally:
            script.close()

    async def take(self, step: Any) -> Any:
        """Return what comes of one step; None if nothing is waited for."""
        match step:
            case Say():
                await self.say(
                    step.request, step.on, step.version, is_answered=step.is_answered
                )
                return None
            case Hear():
                return await self.hear(step.on, step.patience_s)
            case Ask():
                await self.say(step.request, step.on, step.version)
                return await self.hear(step.on, step.patience_s)
            case Frame():
                return await self.frame(step)
            case Until():
                return await self.until(step)
            case _:
                await self.say(step, FIRST, None)
                return await self.hear(FIRST, None)

    async def say(
        self, request: Any, on: str, version: int | None, *, is_answered: bool = True
    ) -> None:
        """Send a request, in the probe's version if it is of its API."""
        key = api_key_of(request)
        if version is None:
            version = self.version if key == self.api_key else self._newest(key)
        line = await self.line(on)
        number = line.connection.next_correlation_id()
        data = encoded(request, version, number)
        self.asked += 1
        what = f"{self.asked} {APIS[key].name} v{version}"
        if is_answered:
            line.waiting.append(Waiting(what, number, key, version, request))
        await self._send(line, data)

    async def _send(self, line: Line, data: bytes) -> None:
        try:
            await line.connection.send(data)
        except ApiError:
            return  # that it is closed shows when its answer is missed

    def _newest(self, key: int) -> int:
        try:
            return self.side.versions.newest(key)
        except ApiError as failure:
            raise CannotSay(str(failure)) from failure

    async def hear(self, on: str, patience_s: float | None) -> Any:
        """Return the next answer of a connection, and keep it."""
        line = await self.line(on)
        asked = line.waiting[0]
        came = await line.hear(PATIENCE_S if patience_s is None else patience_s)
        self.said.append(Said(asked.what, came, asked.request, asked.version))
        return came

    async def frame(self, step: Frame) -> Any:
        """Return what comes of bytes; they say themselves which API they are of."""
        line = await self.line(step.on)
        key, version = (int.from_bytes(step.data[at : at + 2], "big") for at in (4, 6))
        spoken = self.side.versions.spoken.get(key)
        if spoken and not spoken.first <= version <= spoken.last:
            version = spoken.last  # as which old brokers read what they do not know
        number = int.from_bytes(step.data[8:12], "big")
        self.asked += 1
        line.waiting.append(Waiting(f"{self.asked} bytes", number, key, version))
        await self._send(line, step.data)
        return await self.hear(step.on, step.patience_s)

    async def until(self, step: Until) -> Any:
        """Return the first answer that is as wanted, or the last one."""
        kept = len(self.said)
        limit = trio.current_time() + UNTIL_S
        while True:
            del self.said[kept:]
            came = await self.take(Ask(step.request, version=step.version))
            late = trio.current_time() > limit
            if isinstance(came, str) or step.wanted(came) or late:
                return came
            await trio.sleep(PAUSE_S)

    async def line(self, on: str) -> Line:
        """Return a connection of the script, opened now if it is new."""
        if on not in self.lines:
            options = self.side.cluster.options
            stream = await open_stream(self.side.address, options)
            self.lines[on] = Line(Connection(stream, options))
        return self.lines[on]

    async def close(self) -> None:
        """Close its connections."""
        with trio.CancelScope(shield=True):
            for line in self.lines.values():
                await line.connection.aclose()


def encoded(request: Any, version: int, number: int) -> bytes:
    """Return the frame of a request; CannotSay if the version has no place for it."""
    try:
        return b"".join(encode_request(request, version, number, CLIENT_ID))
    except ApiError as failure:
        if failure.error != Error.UNSUPPORTED_VERSION:
            raise
        raise CannotSay(str(failure)) from failure
    except ValueError as failure:
        raise CannotSay(str(failure)) from failure
