from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from logion.client.connection import Address
from logion.client.versions import versions_of
from logion_conformance.processes import Process, free_port, is_listening
from logion_conformance.provisioner import Provisioner
from logion_conformance.starting import Started
from logion_conformance.targets import Target

SERVER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""

CHOOSING = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(f"127.0.0.1:{server.getsockname()[1]}", flush=True)
time.sleep(60)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    port = free_port()
    line = [sys.executable, "-c", SERVER, str(port)]
    made = Process(line, port, tmp_path / "output")
    made.start()
    yield made
    made.kill()


def over(process: Process, *, keeps: bool = True, **more: bool) -> Provisioner:
    target = Target((Address("127.0.0.1", process.port),), None, versions_of([]))
    return Provisioner(target, Started(process, keeps=keeps, **more))


def has_become(process: Process, state: int) -> bool:
    """Whether a process has stopped, or gone on; it is waited for."""
    return os.waitid(os.P_PID, process.popen.pid, state) is not None


@pytest.mark.slow
async def test_a_broker_is_another_process_after_a_restart(process: Process) -> None:
    provisioner = over(process)
    killed = process.popen
    await provisioner.restart("kill")
    stopped = process.popen
    await provisioner.restart("stop")
    assert (killed.returncode, stopped.returncode) == (-9, -15)
    assert process.is_running
    assert is_listening(process.port)


@pytest.mark.slow
async def test_a_paused_broker_goes_on_afterwards(process: Process) -> None:
    provisioner = over(process)
    async with provisioner.paused():
        assert has_become(process, os.WSTOPPED)
    assert has_become(process, os.WCONTINUED)


@pytest.mark.slow
async def test_what_keeps_nothing_is_not_stopped(process: Process) -> None:
    provisioner = over(process, keeps=False)
    with pytest.raises(pytest.skip.Exception, match="UNTESTABLE: the target keeps no"):
        await provisioner.restart("kill")
    assert process.is_running


@pytest.mark.slow
def test_a_broker_that_a_case_leaves_dead_is_started_again(process: Process) -> None:
    provisioner = over(process)
    process.kill()
    assert provisioner.mend()
    assert process.is_running
    running = process.popen
    assert not provisioner.mend()
    assert process.popen is running


@pytest.mark.slow
def test_a_broker_that_chooses_its_port_is_met_at_the_new_one(tmp_path: Path) -> None:
    line = [sys.executable, "-c", CHOOSING]
    process = Process(line, 0, tmp_path / "output")
    process.start()
    provisioner = over(process)
    process.kill()
    assert provisioner.mend()
    assert provisioner.target.bootstrap == (Address("127.0.0.1", process.port),)
    assert is_listening(process.port)
    process.kill()


@pytest.mark.slow
def test_sessions_are_short_where_they_can_be(process: Process) -> None:
    assert over(process).session_ms == 6_000
    assert over(process, has_settings=True).session_ms == 1_000


@pytest.mark.slow
def test_a_broker_is_started_again_once_nothing_is_left_of_it(process: Process) -> None:
    seen = []
    broker = Started(process, await_end=lambda: seen.append(process.is_running))
    provisioner = Provisioner(over(process).target, broker)
    process.kill()
    assert provisioner.mend()
    assert seen == [False]
    assert process.is_running
