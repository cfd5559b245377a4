from __future__ import annotations

import json
from pathlib import Path

import pytest
import trio
from logion_traces.cli import main
from logion_traces.format import Trace, write_trace

from tests.logion_traces.cassette import answered, cassette


@pytest.fixture
def file(kafka_python_trace: Trace, tmp_path: Path) -> Path:
    """Return a file with the trace of kafka-python."""
    path = tmp_path / "trace.jsonl"
    path.write_text(write_trace(kafka_python_trace))
    return path


def test_show_prints_where_a_trace_comes_from_and_every_exchange(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(file)]) == 0
    first, second, third, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("kafka-python 3.0.12 with Apache Kafka 3.9.1, 20")
    assert second == "$ python traces/corpus/clients/kafka_python.py {bootstrap}"
    assert third.startswith("#1 ")
    assert "connection 0 ApiVersions v4 51 B -> 456 B in" in third


def test_show_full_prints_the_messages(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(file), "--full"]) == 0
    printed = capsys.readouterr().out
    assert "  > ApiVersionsRequest(client_software_name='kafka-python'" in printed
    assert "  < ApiVersionsResponse(error_code=0, api_keys=(ApiVersion(" in printed


async def test_replay_counts_the_answers_that_agree(
    file: Path, kafka_python_trace: Trace, capsys: pytest.CaptureFixture[str]
) -> None:
    count = answered(kafka_python_trace)
    async with cassette(kafka_python_trace) as port:
        arguments = ["replay", str(file), "--bootstrap", f"127.0.0.1:{port}"]
        assert await trio.to_thread.run_sync(main, arguments) == 0
    assert capsys.readouterr().out == f"{count} of {count} answers agree\n"


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
async def test_replay_lists_the_differing_fields_and_exits_1(
    file: Path,
    kafka_python_trace: Trace,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with cassette(kafka_python_trace, lambda *_: None) as port:
        arguments = ["replay", str(file), "--bootstrap", f"127.0.0.1:{port}", *options]
        assert await trio.to_thread.run_sync(main, arguments) == 1
    printed = capsys.readouterr().out
    if not options:
        assert "#1 ApiVersions v4\n  : recorded " in printed
        return
    found = json.loads(printed)
    assert found["agree"] == 0
    assert found["differences"][0]["api"] == "ApiVersions v4"
    assert found["differences"][0]["replayed"] == "no answer"


@pytest.mark.parametrize(
    ("bootstrap", "message"),
    [("here", "'here' is not HOST:PORT"), ("127.0.0.1:1", "127.0.0.1")],
)
def test_wrong_usage_exits_2(
    file: Path, bootstrap: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(file), "--bootstrap", bootstrap]) == 2
    assert message in capsys.readouterr().err


def test_a_file_that_is_no_trace_exits_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.txt"
    path.write_text("hello\n")
    assert main(["show", str(path)]) == 2
    assert "line 1: not JSON" in capsys.readouterr().err


def test_record_runs_the_client_and_writes_the_trace(tmp_path: Path) -> None:
    output = tmp_path / "trace.jsonl"
    arguments = ["--upstream=127.0.0.1:1", f"--output={output}"]
    arguments += ["--broker=none", "--broker-version=0"]
    arguments += ["--client=true", "--client-version=1"]
    assert main(["record", *arguments, "true", "{bootstrap}"]) == 0
    header = json.loads(output.read_text())
    assert (header["client"], header["command"]) == ("true", "true {bootstrap}")
