"""One client's connection: requests in, answers out, in order.

The protocol allows one request of a connection to be in progress at a time (protocol
guide, "Network"), so a plain loop is the whole server: read a frame, answer it, send
the answer. A request that has to wait is this task, waiting.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

from logion.broker.admission import Admission, Verdict
from logion.broker.clients import Client
from logion.broker.context import CloseConnection, Context
from logion.broker.dispatch import Handler, handler
from logion.broker.state import BrokerState
from logion.broker.throttling import Meter, rest
from logion.broker.transport import Piece, Transport
from logion.protocol.apis import API_VERSIONS, request_class
from logion.protocol.codec import decode
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import FrameBuffer
from logion.protocol.headers import (
    encode_response,
    read_request_api,
    read_request_header,
)

if TYPE_CHECKING:  # loaded when a rule is in force
    from logion.broker.injecting import Injecting

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Connection:
    """One client, the bytes it sends and the answers it gets."""

    broker: BrokerState
    transport: Transport
    listener: str
    client: Client = field(init=False)
    """What is remembered of it for whoever looks in."""
    meter: Meter | None = None
    """What quotas made of its last request; None while none are set."""

    def __post_init__(self) -> None:
        """Remember the client from now on."""
        now = self.broker.clock.monotonic()
        self.client = Client(self.transport.peer, self.listener, now)

    async def serve(self) -> None:
        """Answer requests until the client closes or breaks the protocol."""
        peer, clients = self.transport.peer, self.broker.clients
        clients.enter(self.client)
        why = "it closed"
        try:
            await self._answer_all()
        except (ProtocolError, CloseConnection) as problem:
            why = f"the broker closed it: {problem}"
            log.warning("closing %s: %s", peer, problem)
        except OSError as problem:
            why = f"lost: {problem}"
            log.info("lost %s: %s", peer, problem)
        except Exception:
            # The one broad except: a defect met by one client must not end the others.
            why = "the broker failed on its request"
            log.exception("closing %s: the broker failed on its request", peer)
        finally:
            clients.leave(self.client, why)
            self.transport.close()

    async def _answer_all(self) -> None:
        frames = FrameBuffer(self.broker.frame_size_max)
        while (frame := await self._next_frame(frames)) is not None:
            await self._serve(frame)

    async def _serve(self, frame: memoryview) -> None:
        """See to one request: answer it, and rest if its quota is used up."""
        pieces = await self._answer(frame)
        if pieces is not None:
            await self.transport.send(pieces)
        if self.meter is not None:
            await rest(self.meter.context, self.meter.pause_ms)

    async def _next_frame(self, frames: FrameBuffer) -> memoryview | None:
        """Return the next whole frame, or None once the client has closed."""
        if (frame := frames.next_frame()) is not None:
            await trio.lowlevel.checkpoint()  # others get their turn between two
            return frame
        while frame is None:
            count = await self.transport.receive_into(frames.space())
            if count == 0:
                return None
            frames.received(count)
            frame = frames.next_frame()
        return frame

    async def _answer(self, frame: memoryview) -> list[Piece] | None:
        """Return the encoded answer, or None where the protocol sends none."""
        self.meter = None
        api_key, api_version = read_request_api(frame)
        admission = self.broker.doorkeeper.admit(api_key, api_version)
        if admission.verdict is not Verdict.READ:
            return self._unread(frame, admission)
        context, position = self._begin(frame, admission)
        kind, version = request_class(api_key), context.version
        request = decode(kind, version, frame, offset=position)
        handle = self._metered(context, len(frame), handler(api_key))
        fault = self._fault(context, request, handle)
        if fault is None:
            response = await handle(self.broker, context, request)
        else:
            response = await fault.answer(request)
        if api_key == API_VERSIONS and not response.error_code:
            self.client.introduce(
                request.client_software_name, request.client_software_version
            )
        pieces = self._end(context, version, response)
        if fault is None or pieces is None:
            return pieces
        return await fault.deliver(pieces, self.transport.send)

    def _unread(self, frame: memoryview, admission: Admission) -> list[Piece] | None:
        """Return the answer to a request whose body nobody reads."""
        if admission.verdict is Verdict.IGNORE:
            return None
        if admission.verdict is Verdict.CLOSE:
            api_key, api_version = read_request_api(frame)
            raise CloseConnection(
                f"API {api_key} version {api_version} "
                f"is not in release {self.broker.release}"
            )
        context, _ = self._begin(frame, admission)
        return self._end(context, 0, self._offer_versions())

    def _begin(self, frame: memoryview, admission: Admission) -> tuple[Context, int]:
        """Note that a request has begun; return its context, and where its body is."""
        header, position = read_request_header(frame, as_version=admission.version)
        context = Context(
            header.api_key,
            admission.version,
            header.correlation_id,
            header.client_id,
            self.transport.peer,
            self.listener,
            self.transport.is_lost,
        )
        self.client.begin(context, self.broker.clock.monotonic())
        return context, position

    def _metered(self, context: Context, size: int, handle: Handler) -> Handler:
        """Return the handler that quotas make of one; while none are set, itself."""
        if not self.broker.quotas.are_set:
            self.meter = None
            return handle
        self.meter = Meter(self.broker, context, size)
        return self.meter.around(handle)

    def _end(
        self, context: Context, version: int, response: object
    ) -> list[Piece] | None:
        """Note that a request is answered; return the encoded answer."""
        self.client.end(response, self.broker.clock.monotonic())
        if response is None:
            return None
        if self.meter is not None:
            return self.meter.encoded(response)
        return encode_response(response, version, context.correlation_id)

    def _fault(
        self, context: Context, request: object, handle: Handler
    ) -> Injecting | None:
        """Return what a rule makes of a request; None where none fires: as usual."""
        if not self.broker.faults.is_armed:
            return None
        from logion.broker.injecting import injecting_into

        return injecting_into(self.broker, context, request, handle)

    def _offer_versions(self) -> object:
        """Return the answer, in version 0, to ApiVersions in an unknown version."""
        from logion.broker.handlers.api_versions import unsupported_version

        return unsupported_version(self.broker)
