"""One client's connection: requests in, answers out, in order.

The protocol allows one request of a connection to be in progress at a time (protocol
guide, "Network"), so a plain loop is the whole server: read a frame, answer it, send
the answer. A request that has to wait is this task, waiting.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import trio

from logion.broker.admission import Verdict
from logion.broker.context import CloseConnection, Context
from logion.broker.dispatch import handler
from logion.broker.state import BrokerState
from logion.broker.transport import Piece, Transport
from logion.protocol.apis import request_class
from logion.protocol.codec import decode
from logion.protocol.errors import ProtocolError
from logion.protocol.framing import FrameBuffer
from logion.protocol.headers import (
    encode_response,
    read_request_api,
    read_request_header,
)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Connection:
    """One client, the bytes it sends and the answers it gets."""

    broker: BrokerState
    transport: Transport
    listener: str

    async def serve(self) -> None:
        """Answer requests until the client closes or breaks the protocol."""
        peer = self.transport.peer
        try:
            await self._answer_all()
        except (ProtocolError, CloseConnection) as problem:
            log.warning("closing %s: %s", peer, problem)
        except OSError as problem:
            log.info("lost %s: %s", peer, problem)
        except Exception:
            # The one broad except: a defect met by one client must not end the others.
            log.exception("closing %s: the broker failed on its request", peer)
        finally:
            self.transport.close()

    async def _answer_all(self) -> None:
        frames = FrameBuffer(self.broker.frame_size_max)
        while (frame := await self._next_frame(frames)) is not None:
            pieces = await self._answer(frame)
            if pieces is not None:
                await self.transport.send(pieces)

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
        api_key, api_version = read_request_api(frame)
        admission = self.broker.doorkeeper.admit(api_key, api_version)
        match admission.verdict:
            case Verdict.IGNORE:
                return None
            case Verdict.CLOSE:
                raise CloseConnection(
                    f"API {api_key} version {api_version} "
                    f"is not in release {self.broker.release}"
                )
        header, position = read_request_header(frame, as_version=admission.version)
        context = Context(
            header.api_key,
            admission.version,
            header.correlation_id,
            header.client_id or "",
            self.transport.peer,
            self.listener,
            self.transport.is_lost,
        )
        if admission.verdict is Verdict.OFFER_VERSIONS:
            return self._offer_versions(context)
        request = decode(
            request_class(header.api_key), admission.version, frame, offset=position
        )
        response = await handler(header.api_key)(self.broker, context, request)
        if response is None:
            return None
        return encode_response(response, admission.version, header.correlation_id)

    def _offer_versions(self, context: Context) -> list[Piece]:
        """Return the answer, in version 0, to ApiVersions in an unknown version."""
        from logion.broker.handlers.api_versions import unsupported_version

        response = unsupported_version(self.broker)
        return encode_response(response, 0, context.correlation_id)
