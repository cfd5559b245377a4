from __future__ import annotations

import sys
from pathlib import Path

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
    assert trace.header.date.count("-") == 2
