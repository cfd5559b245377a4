from __future__ import annotations

import signal
import sys
from pathlib import Path

import trio
import trio.testing
from logion.testing.clock import FakeClock
from logion_traces.exchanges import exchanges
from logion_traces.format import Trace, read_trace
from logion_traces.session import Session, record_session

from tests.logion_traces.cassette import cassette
from tests.logion_traces.test_format import HEADER

CLIENT = """
import socket, sys
host, port = sys.argv[1].split(":")
with socket.create_connection((host, int(port))) as broker:
    frame = bytes.fromhex(sys.argv[2])
    broker.sendall(len(frame).to_bytes(4, "big") + frame)
    broker.recv(100000)
sys.exit(3)
"""


async def test_a_session_without_a_command_lasts_until_a_signal(
    nursery: trio.Nursery, tmp_path: Path
) -> None:
    session = Session(
        upstream=("127.0.0.1", 1),
        header=HEADER,
        output=tmp_path / "trace.jsonl",
        ready_file=tmp_path / "ready",
    )
    statuses: list[int] = []

    async def record() -> None:
        statuses.append(await record_session(session, FakeClock()))

    nursery.start_soon(record)
    await trio.testing.wait_all_tasks_blocked()
    assert (tmp_path / "ready").exists()
    signal.raise_signal(signal.SIGTERM)
    await trio.testing.wait_all_tasks_blocked()
    assert statuses == [0]
    trace = read_trace((tmp_path / "trace.jsonl").read_text().splitlines())
    assert trace.header.date == "2024-01-01"
    assert not trace.frames


async def test_a_session_records_its_client_and_returns_its_exit_status(
    kafka_python_trace: Trace, tmp_path: Path
) -> None:
    request = kafka_python_trace.frames[0].data.hex()
    async with cassette(kafka_python_trace) as port:
        session = Session(
            upstream=("127.0.0.1", port),
            header=HEADER,
            output=tmp_path / "trace.jsonl",
            command=[sys.executable, "-c", CLIENT, "{bootstrap}", request],
            ready_file=tmp_path / "ready",
        )
        status = await record_session(session, FakeClock())
    assert status == 3
    assert (tmp_path / "ready").read_text().startswith("127.0.0.1:")
    trace = read_trace((tmp_path / "trace.jsonl").read_text().splitlines())
    (found,) = exchanges(trace)
    (recorded, *_) = exchanges(kafka_python_trace)
    assert found.request == recorded.request
    assert found.response == recorded.response
