"""What quotas make of one request: it is measured, and its answer says the pause.

Nothing of this happens while no quota is set. What is measured is the size of what is
produced and fetched, and the time that answering took, without what it waited.
"""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from dataclasses import dataclass
from types import coroutine
from typing import Any, NamedTuple

import trio

from logion.broker.context import Context
from logion.broker.dispatch import Handler
from logion.broker.state import BrokerState
from logion.protocol.apis import FETCH, PRODUCE
from logion.protocol.headers import encode_response
from logion.protocol.schema import replace
from logion.quota.limits import Quota

HEADER_SIZE = 4
"""Bytes of an answer that do not count: its correlation id."""

PERCENT = 100.0


class Measured(NamedTuple):
    """The answer of a fetch as its quota measured it."""

    response: object
    pieces: list[Any]

    @property
    def size(self) -> int:
        """Return the bytes that count."""
        return sum(map(len, self.pieces)) - HEADER_SIZE


@dataclass(slots=True)
class Meter:
    """Measures one request."""

    broker: BrokerState
    context: Context
    size: int
    """Bytes of the request, without those that tell its size."""
    busy_s: float = 0.0
    """How long answering took so far, monotonic seconds."""
    pause_ms: int = 0
    """How long the connection has to rest once the answer is sent."""
    _measured: Measured | None = None

    def around(self, handle: Handler) -> Handler:
        """Return a handler that measures what `handle` does, and has its quotas hold.

        In releases before 2.0 it returns when the pause is over.
        """

        async def metered(broker: BrokerState, context: Context, request: Any) -> Any:
            bounded = self._bounded(request)
            response = await self._timed(handle(broker, context, bounded))
            pause_ms = self._pause_ms(response)
            answer = self._told(request, response, pause_ms)
            if broker.quotas.answers_first:
                self.pause_ms = pause_ms
            else:
                await rest(context, pause_ms)
            return answer

        return metered

    def encoded(self, response: object) -> list[Any]:
        """Return the encoded answer: the one that was measured, if it is this one."""
        if self._measured is not None and self._measured.response is response:
            return self._measured.pieces
        context = self.context
        return encode_response(response, context.version, context.correlation_id)

    def _bounded(self, request: Any) -> Any:
        """Return a request that asks for no more than its quota can ever give."""
        if self.context.api_key != FETCH:
            return request
        limit = self.broker.quotas.fetch_size_max(self.context)
        if limit is None:
            return request
        size_max = min(request.max_bytes, limit)
        size_min = min(request.min_bytes, size_max)
        return replace(request, max_bytes=size_max, min_bytes=size_min)

    def _pause_ms(self, response: Any) -> int:
        """Return the pause, in ms: until 2.0 one quota's came after the other's."""
        used = self._pause_for_use_ms(response)
        busy = self._pause_for_time_ms(response)
        return max(used, busy) if self.broker.quotas.answers_first else used + busy

    def _pause_for_use_ms(self, response: Any) -> int:
        quotas, context = self.broker.quotas, self.context
        if context.api_key == PRODUCE:
            return quotas.record(Quota.PRODUCE, context, self.size)
        if context.api_key == FETCH:
            return quotas.record(Quota.FETCH, context, self._fetched(response))
        return getattr(response, "throttle_time_ms", 0)  # of changes of topics

    def _pause_for_time_ms(self, response: Any) -> int:
        if response is None:  # nobody could be told
            return 0
        percent = self.busy_s * PERCENT
        return self.broker.quotas.record(Quota.REQUEST, self.context, percent)

    def _fetched(self, response: Any) -> int:
        """Return the size of a fetch's answer, in bytes; 0 if no quota asks for it."""
        if self.broker.quotas.fetch_size_max(self.context) is None:
            return 0
        if self._measured is None:
            self._measured = Measured(response, self.encoded(response))
        return self._measured.size

    def _told(self, request: Any, response: Any, pause_ms: int) -> Any:
        """Return the answer with the pause in it; from 2.0 on a fetch gives nothing."""
        if not pause_ms or not hasattr(response, "throttle_time_ms"):
            return response
        quotas = self.broker.quotas
        if self.context.api_key == FETCH and quotas.answers_first:
            quotas.take_back(Quota.FETCH, self.context, self._fetched(response))
            response = self._without_records(request, response)
        return replace(response, throttle_time_ms=pause_ms)

    def _without_records(self, request: Any, response: Any) -> Any:
        """Return an answer that gives nothing; its session goes on as if not told."""
        sessions = self.broker.fetch_sessions
        if request.session_epoch == 0:
            sessions.close(response.session_id)
            return replace(response, responses=(), session_id=0)
        sessions.forget_told(response.session_id)
        return replace(response, responses=())

    @coroutine
    def _timed(self, answering: Awaitable[Any]) -> Generator[Any, Any, Any]:
        """Return what `answering` does; the time it does not wait is counted."""
        steps, now = answering.__await__(), self.broker.clock.monotonic
        step, value = steps.send, None
        while True:
            began = now()
            try:
                waiting = step(value)
            except StopIteration as end:
                return end.value
            finally:
                self.busy_s += now() - began
            try:
                step, value = steps.send, (yield waiting)
            except BaseException as thrown:  # noqa: BLE001 - it is for `answering`
                step, value = steps.throw, thrown


async def rest(context: Context, pause_ms: int) -> None:
    """Return when a pause is over.

    Raises ConnectionAbortedError if the client closes meanwhile.
    """
    if pause_ms:
        with trio.move_on_after(pause_ms / 1000):
            await context.while_connected(trio.sleep_forever)
