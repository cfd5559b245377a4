"""A failure as a program: the bytes of a case, sent again over plain sockets.

It needs Python and nothing else. It sends the frames of the tape on as many connections
in the same order and with the same long pauses, under names of its own for topics and
groups; ids that the broker gave to the case are replaced by those that it gives now.
What comes is printed beside what came then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from logion.protocol.apis import APIS
from logion.protocol.framing import SIZE_BYTES

from logion_conformance.tape import Event

PAUSE_SECONDS_MIN = 0.2
"""Shorter pauses are not made again."""

ID_SIZE = 16
"""Bytes of the shortest id that is told from chance: that of a topic."""

ID_VARIETY = 6
"""Different bytes that an id has at least; numbers and texts of zeros have fewer."""

DRIVER = """
host, _, port = (sys.argv[1:] or [BROKER])[0].rpartition(":")
renamed = {RUN.encode(): os.urandom(4).hex().encode()} if RUN else {}
streams = {}


def received(stream):
    data = b""
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4], "big"):
        size = 4 + int.from_bytes(data[:4], "big") if len(data) >= 4 else 4
        try:
            more = stream.recv(size - len(data))
        except OSError:  # reset, or nothing within 15 s
            break
        if not more:
            break  # closed
        data += more
    return data


for number, (pause, connection, way, digits) in enumerate(STEPS):
    time.sleep(pause)
    if connection not in streams:
        streams[connection] = socket.create_connection((host, int(port)), 15)
    data = bytes.fromhex(digits)
    for old, new in renamed.items():
        data = data.replace(old, new)
    if way == ">":
        print(f"{number} on {connection} >", data.hex())
        streams[connection].sendall(data)
        continue
    came = received(streams[connection])
    print(f"{number} on {connection} <", came.hex() or "(nothing)")
    print("  as then" if came == data else f"  then {data.hex() or '(nothing)'}")
    for step, position, digits in GIVEN:
        if step == number:
            old = bytes.fromhex(digits)
            renamed[old] = came[position : position + len(old)]
"""


class Given(NamedTuple):
    """An id that the broker gave in a frame and that is sent to it later."""

    step: int
    position: int
    value: bytes


def program(events: Sequence[Event], *, title: str, broker: str, run: str) -> str:
    """Return the program that does again what a tape has.

    `title` is what it is about, `broker` HOST:PORT, `run` the part of the names that
    has to be another one each time, empty if there is none.
    """
    words = title.replace("\\", "/").replace('"""', "'''")
    ids = [(it.step, it.position, it.value.hex()) for it in given(events)]
    return "\n".join(
        (
            f'"""{words}"""',
            "import os, socket, sys, time",
            "",
            f"BROKER = {broker!r}  # another one: as argument",
            f"RUN = {run!r}  # part of the names, replaced by a new one",
            "STEPS = [  # pause in seconds, connection, sent > or came <, bytes",
            *lines(events),
            "]",
            f"GIVEN = {ids!r}  # step, position, bytes: ids that the broker gave",
            DRIVER,
        )
    )


def lines(events: Sequence[Event]) -> Iterator[str]:
    """Yield each step of the program; at the end what is awaited and never came."""
    before = events[0].at if events else 0.0
    waiting: dict[int, bool] = {}
    for number, (at, connection, is_sent, data) in enumerate(events):
        pause = round(at - before, 1) if is_sent else 0
        before = at
        waiting[connection] = is_sent
        step = step_of(pause, connection, is_sent=is_sent, data=data)
        yield f"{step}  # {number} {called(data)}" if is_sent else step
    for connection in sorted(it for it, is_waiting in waiting.items() if is_waiting):
        yield step_of(0, connection, is_sent=False, data=b"")


def step_of(pause: float, connection: int, *, is_sent: bool, data: bytes) -> str:
    """Return one step of the program as an element of its list."""
    kept = pause if pause >= PAUSE_SECONDS_MIN else 0
    way = ">" if is_sent else "<"
    return f'    ({kept}, {connection}, "{way}", "{data.hex()}"),'


def called(frame: bytes) -> str:
    """Return API and version of a request; "bytes" for what is none."""
    head = frame[SIZE_BYTES : SIZE_BYTES + 4]
    api = APIS.get(int.from_bytes(head[:2], "big"))
    if api is None or len(head) < 4:
        return "bytes"
    return f"{api.name} {int.from_bytes(head[2:], 'big')}"


def given(events: Sequence[Event]) -> Iterator[Given]:
    """Yield the bytes, long and varied as ids are, that come and are sent later."""
    for step, event in enumerate(events):
        if event.is_sent:
            continue
        before = b"\0".join(it.data for it in events[:step] if it.is_sent)
        later = b"\0".join(it.data for it in events[step:] if it.is_sent)
        yield from found(step, event.data, windows(later) - windows(before))


def found(step: int, data: bytes, ids: set[bytes]) -> Iterator[Given]:
    """Yield the longest runs of bytes of which each part is in `ids`."""
    begin = end = 0
    for position in range(len(data) - ID_SIZE + 1):
        if data[position : position + ID_SIZE] not in ids:
            continue
        if position > end - ID_SIZE + 1:
            if end:
                yield Given(step, begin, data[begin:end])
            begin = position
        end = position + ID_SIZE
    if end:
        yield Given(step, begin, data[begin:end])


def windows(data: bytes) -> set[bytes]:
    """Return all runs of bytes that may be an id, or a part of one."""
    runs = (data[at : at + ID_SIZE] for at in range(len(data) - ID_SIZE + 1))
    return {it for it in runs if len(set(it)) >= ID_VARIETY}
