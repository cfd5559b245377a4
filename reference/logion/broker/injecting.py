"""What a firing rule does to a request and its answer: the trio side of faults.

Delays are `trio.sleep`, so they pass with the broker's clock where that is moved by
hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import trio

from logion.broker.context import CloseConnection, Context
from logion.broker.dispatch import Handler
from logion.broker.faults.answering import (
    divide,
    meant_by,
    overlay,
    place,
    refuse,
    spoil,
)
from logion.broker.faults.faults import Firing
from logion.broker.faults.matching import Asked
from logion.broker.faults.naming import Path
from logion.broker.faults.rule import Side
from logion.broker.faults.staleness import as_of, with_leader
from logion.broker.state import BrokerState
from logion.broker.transport import Piece
from logion.disk import FileSlice
from logion.protocol.apis import FETCH, METADATA, response_class
from logion.protocol.errors import Error
from logion.protocol.messages.fetch import FetchPartition, FetchTopic
from logion.protocol.messages.metadata import MetadataRequest
from logion.protocol.releases import release
from logion.protocol.schema import replace

NO_ACKS = 0

Send: TypeAlias = Callable[[Sequence[Piece]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Injecting:
    """One request that a rule has fired on."""

    broker: BrokerState
    context: Context
    firing: Firing
    handle: Handler
    named: Any
    """The request with everything it is about: a fetch with that of its session."""

    async def answer(self, request: Any) -> Any:
        """Return the answer that the rule wants, None where the protocol has none.

        Raises CloseConnection where the rule closes the connection without an answer.
        """
        rule = self.firing.rule
        await _wait(rule.delay_ms)
        await self._stop("before")
        answer = await self._answer(request)
        await self._stop("after")
        await _wait(rule.delay_answer_ms)
        return answer

    async def _stop(self, side: Side) -> None:
        """Hold the request or close its connection, if the rule does so on this side.

        A client that closes meanwhile is a ConnectionAbortedError.
        """
        rule = self.firing.rule
        if rule.hold == side:
            released = trio.Event()
            token = trio.lowlevel.current_trio_token()
            let_go = partial(_release, token, released)
            self.broker.faults.hold(self.firing, let_go)
            await self.context.while_connected(released.wait)
        if rule.drop == side:
            raise self.closing(f"{side} it took effect")

    def closing(self, how: str) -> CloseConnection:
        """Return what closes the connection, and says that a rule wants it."""
        return CloseConnection(f"fault {self.firing.rule.name}: request dropped {how}")

    async def _handle(self, request: Any) -> Any:
        return await self.handle(self.broker, self.context, request)

    async def _answer(self, request: Any) -> Any:
        if self.firing.error is Error.NONE:
            answer = await self._handle(request)
        else:
            answer = await self._refuse(request)
        if answer is None:
            return None
        if self.firing.rule.is_about_metadata:
            answer = self._misinform(answer)
        if self.firing.rule.throttle_ms and hasattr(answer, "throttle_time_ms"):
            answer = replace(answer, throttle_time_ms=self.firing.rule.throttle_ms)
        return answer

    async def _refuse(self, request: Any) -> Any:
        """Return an answer with the error; a produce without acks has none."""
        if getattr(request, "acks", None) == NO_ACKS:
            if self.firing.rule.applied:
                await self._handle(request)
            raise self.closing("since acks=0 cannot be answered")
        context, error = self.context, self.firing.error
        cls = response_class(context.api_key)
        path = place(self.firing.rule, error, request, cls, context.version)
        is_meant = meant_by(self.firing.rule, self.broker.topic_name)
        if context.api_key == FETCH:
            return await self._refuse_fetch(request, path)
        meant, rest = divide(request, path, is_meant)
        if context.api_key == METADATA or meant is None:
            is_applied = self.firing.rule.applied
            answer = await self._handle(request if is_applied else _harmless(request))
            return spoil(answer, path, error, is_meant, context.version)
        refused = refuse(cls, meant, path, error, context.version)
        if self.firing.rule.applied:
            return overlay(await self._handle(request), refused, path)
        return (
            refused
            if rest is None
            else overlay(await self._handle(rest), refused, path)
        )

    async def _refuse_fetch(self, request: Any, path: Path) -> Any:
        """Return an answer at once; the session goes on as if partitions had failed."""
        is_meant = meant_by(self.firing.rule, self.broker.topic_name)
        meant, _ = divide(self.named, path, is_meant)
        answer = await self._handle(replace(request, max_wait_ms=0))
        if meant is None or answer.error_code != Error.NONE:
            return answer
        cls, version = response_class(FETCH), self.context.version
        refused = refuse(cls, meant, path, self.firing.error, version)
        self.broker.fetch_sessions.forget_told(request.session_id)
        return overlay(answer, refused, path)

    def _misinform(self, answer: Any) -> Any:
        rule, image = self.firing.rule, self.broker.cluster.image
        is_meant = meant_by(rule, self.broker.topic_name)
        if rule.stale_ms:
            image = self.broker.past_images.ms_ago(rule.stale_ms, image)
            answer = as_of(answer, image, is_meant)
        elif rule.stale_changes:
            image = self.broker.past_images.changes_ago(rule.stale_changes, image)
            answer = as_of(answer, image, is_meant)
        return with_leader(answer, rule, is_meant)

    async def deliver(self, pieces: list[Piece], send: Send) -> list[Piece] | None:
        """Send an answer as the rule wants it; return it if it is to be sent as usual.

        Raises CloseConnection after the part of it that is sent.
        """
        rule = self.firing.rule
        if rule.truncate is not None:
            await send(_first_bytes(pieces, rule.truncate))
            raise CloseConnection(
                f"fault {rule.name}: its answer was cut after {rule.truncate} bytes"
            )
        if not rule.throttle_ms or self.broker.release < release("2.0"):
            await _wait(rule.throttle_ms)
            return pieces
        await send(pieces)
        await _wait(rule.throttle_ms)  # KIP-219: the answer first, the pause after it
        return None


def injecting_into(
    broker: BrokerState, context: Context, request: Any, handle: Handler
) -> Injecting | None:
    """Return what happens to a request that a rule fires on, None if none does."""
    named = request
    if context.api_key == FETCH:
        named = _with_session(broker, request)
    asked = Asked(
        context.api_key,
        context.version,
        context.client_id,
        named,
        broker.topic_name,
    )
    firing = broker.faults.decide(context, asked, broker.clock.time_ms())
    if firing is None:
        return None
    return Injecting(broker, context, firing, handle, named)


def _with_session(broker: BrokerState, request: Any) -> Any:
    """Return a fetch that names what its session goes on to ask for, too."""
    forgotten = {
        (topic.topic, topic.topic_id, partition)
        for topic in request.forgotten_topics_data
        for partition in topic.partitions
    }
    topics = tuple(
        FetchTopic(
            topic=it.topic,
            topic_id=it.topic_id,
            partitions=(
                FetchPartition(
                    partition=it.partition,
                    fetch_offset=it.fetch_offset,
                    partition_max_bytes=it.size_max,
                ),
            ),
        )
        for it in broker.fetch_sessions.partitions(request.session_id)
        if it.key not in forgotten
    )
    return replace(request, topics=(*request.topics, *topics)) if topics else request


def _harmless(request: Any) -> Any:
    """Return a request without its side effect: the creation of topics."""
    if isinstance(request, MetadataRequest):
        return replace(request, allow_auto_topic_creation=False)
    return request


def _first_bytes(pieces: list[Piece], count: int) -> list[Piece]:
    """Return the first `count` bytes of an answer."""
    found: list[Piece] = []
    for piece in pieces:
        if count <= 0:
            break
        data = piece.read() if isinstance(piece, FileSlice) else piece
        found.append(data[:count])
        count -= len(data)
    return found


def _release(token: trio.lowlevel.TrioToken, released: trio.Event) -> None:
    with suppress(trio.RunFinishedError):  # the broker has stopped
        token.run_sync_soon(released.set)


async def _wait(duration_ms: int) -> None:
    if duration_ms:
        await trio.sleep(duration_ms / 1000)
