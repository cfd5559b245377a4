from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logion_traces.format import (
    Direction,
    Frame,
    Header,
    Trace,
    TraceError,
    read_trace,
    write_header,
    write_trace,
)

HEADER = Header(
    broker="Apache Kafka",
    broker_version="3.9.1",
    client="kafka-python",
    client_version="3.0.12",
    date="2026-11-22",
    command="python client.py {bootstrap}",
)

frames = st.builds(
    Frame,
    connection=st.integers(0, 9),
    direction=st.sampled_from(Direction),
    t_ms=st.integers(0, 2**40),
    data=st.binary(max_size=64),
)


@given(frames=st.lists(frames, max_size=5))
def test_a_trace_is_read_as_it_was_written(frames: list[Frame]) -> None:
    trace = Trace(HEADER, tuple(frames))
    assert read_trace(write_trace(trace).splitlines()) == trace


def test_the_first_line_says_what_the_file_is_and_where_it_came_from() -> None:
    assert write_header(HEADER) == (
        '{"format": "logion-trace", "format_version": 1, "broker": "Apache Kafka",'
        ' "broker_version": "3.9.1", "client": "kafka-python",'
        ' "client_version": "3.0.12", "date": "2026-11-22",'
        ' "command": "python client.py {bootstrap}"}\n'
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: found format None None, expected 'logion-trace' 1"),
        (["{"], "line 1: not JSON"),
        (["[]"], "line 1: expected an object"),
        (
            ['{"format": "logion-trace", "format_version": 2}'],
            "line 1: found format 'logion-trace' 2",
        ),
        (
            ['{"format": "logion-trace", "format_version": 1}'],
            "line 1: the header has no text 'broker'",
        ),
        ([write_header(HEADER), "", '{"connection": 0}'], "line 3: not a frame"),
        (
            [
                write_header(HEADER),
                '{"connection":0,"direction":"up","t_ms":0,"bytes":""}',
            ],
            "line 2: not a frame: .*'up'",
        ),
    ],
)
def test_a_line_that_is_not_a_traces_is_named(lines: list[str], message: str) -> None:
    with pytest.raises(TraceError, match=message):
        read_trace(lines)
