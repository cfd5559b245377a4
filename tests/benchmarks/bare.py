"""What a server without a broker takes: `python -m tests.benchmarks.bare`.

It waits, reads, writes to a file and answers, in trio as the broker does, with as many
bytes as a commit of one offset has; ten clients ask without a pause. Nothing that the
broker does can make its commits faster than this.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
import tempfile
from contextlib import ExitStack
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection

import trio

from tests.benchmarks.group_load import without_pause

REQUEST, RECORD, ANSWER = bytes(90), bytes(150), bytes(40)
CLIENTS, SECONDS = 10, 3.0


async def serve(client: trio.SocketStream, file: int) -> None:
    """Answer one client until it closes."""
    position = 0
    buffer = bytearray(4096)
    connected = client.socket
    while True:
        await trio.lowlevel.wait_readable(connected)
        if not os.readv(connected.fileno(), [buffer]):
            return
        os.pwritev(file, [RECORD], position)
        position += len(RECORD)
        os.write(connected.fileno(), ANSWER)


def server(told: Connection) -> None:
    """Serve all clients; tell the port, and at the end the processor time."""

    async def main(file: int) -> None:
        (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
        told.send(listener.socket.getsockname()[1])
        async with trio.open_nursery() as nursery, listener:
            for _ in range(CLIENTS):
                nursery.start_soon(serve, await listener.accept(), file)

    with tempfile.TemporaryFile() as file:
        trio.run(main, file.fileno())
    used = resource.getrusage(resource.RUSAGE_SELF)
    told.send(used.ru_utime + used.ru_stime)


def main() -> None:
    """Print how many answers a second there are, and what one takes."""
    here, there = Pipe()
    process = Process(target=server, args=(there,))
    process.start()
    port = here.recv()
    with ExitStack() as open_sockets:
        address = ("127.0.0.1", port)
        sockets = [
            open_sockets.enter_context(socket.create_connection(address))
            for _ in range(CLIENTS)
        ]
        found = without_pause({it.fileno(): REQUEST for it in sockets}, SECONDS)
    cpu_us = here.recv() / (found["per_s"] * SECONDS) * 1e6
    process.join()
    sys.stdout.write(
        f"{found['per_s']:.0f}/s, {cpu_us:.0f} us of processor time each\n"
    )


if __name__ == "__main__":
    main()
