"""Running members of groups: client programs that tell of what happens to them.

One process is one member, so that it can be killed. A process whose member left
politely waits for the next one to be (a Java program takes a second to start).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

import pytest

from tests.integration import build
from tests.integration.clients_table import Client
from tests.integration.group_rules import Event, Log, Place
from tests.integration.programs import ClientError
from tests.root import ROOT

WAIT_SECONDS_MAX = 60.0
"""How long anything that members do may take; most takes milliseconds."""

TOLD = threading.Condition()
"""Notified whenever a member of any process tells something."""


@dataclass(slots=True, eq=False)
class Process:
    """A client program and the member that it is at the moment, if it is one."""

    client: Client
    stderr: IO[bytes]
    popen: subprocess.Popen[bytes]
    member: Member | None = None

    def read(self) -> None:
        """Pass on what the program tells, until it ends."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            event: Event = json.loads(line)
            with TOLD:
                assert self.member is not None
                self.member.log.events.append(event)
                TOLD.notify_all()
        with TOLD:
            TOLD.notify_all()

    def ask(self, job: dict[str, Any]) -> None:
        """Give the program a job or its member a command."""
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps(job).encode() + b"\n")
        self.popen.stdin.flush()

    def kill(self) -> None:
        """Kill the program and what it has started; on return it is gone."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def said(self) -> str:
        """Return the end of what the program wrote to stderr."""
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")[-3000:]


@dataclass(slots=True, eq=False)
class Member:
    """What one member told from its joining on."""

    process: Process
    log: Log
    ready_again: Callable[[Process], None]
    is_in: bool = True

    @property
    def name(self) -> str:
        """Say who it is, for messages."""
        return self.log.name

    @property
    def own(self) -> set[Place]:
        """The partitions that it says it has."""
        return self.log.own()

    def check_alive(self) -> None:
        """Raise ClientError if the program ended by itself."""
        if self.is_in and (status := self.process.popen.poll()) is not None:
            raise ClientError(f"{self.name} ended ({status}):\n{self.process.said()}")

    def told(self, event: str) -> int:
        """Return how often it told of something."""
        return sum(each["event"] == event for each in self.log.events)

    def ask(self, what: str, event: str) -> None:
        """Give a command, and return when its event was told."""
        before = self.told(event)
        self.process.ask({"do": what})
        wait_until(lambda: self.told(event) > before, [self], f"{self.name} to {what}")

    def commit(self) -> None:
        """Have it commit how far it has read."""
        self.ask("commit", "committed")

    def leave(self) -> None:
        """Have it leave as its library does when closed."""
        self.ask("leave", "left")
        self.is_in = False
        self.ready_again(self.process)

    def kill(self) -> None:
        """Kill it (kill -9)."""
        self.is_in = False
        self.process.kill()
        self.log.killed_at = time.clock_gettime(time.CLOCK_REALTIME)


def wait_until(holds: Callable[[], bool], members: Iterable[Member], what: str) -> None:
    """Return once `holds()`, which is asked again after each event.

    AssertionError with all that was told, after WAIT_SECONDS_MAX; ClientError if one
    of the members ends before.
    """
    watched = list(members)

    def holds_or_dead() -> bool:
        for member in watched:
            member.check_alive()
        return holds()

    with TOLD:
        if not TOLD.wait_for(holds_or_dead, WAIT_SECONDS_MAX):
            logs = "\n".join(each.log.summary() for each in watched)
            raise AssertionError(f"waited in vain for {what}:\n{logs}")


@dataclass(slots=True)
class Members:
    """Starts members; keeps the processes of those that left for others."""

    stack: ExitStack
    idle: dict[str, list[Process]] = field(default_factory=lambda: defaultdict(list))

    def join(self, client: Client, name: str, job: dict[str, Any]) -> Member:
        """Return a member that begins to join; skip the test if its tool is missing."""
        waiting = self.idle[client.name]
        process = waiting.pop() if waiting else self._start(client)
        log = Log(name, instance=job["instance"])
        process.member = Member(process, log, self._keep)
        process.ask({"do": "join", **job})
        return process.member

    def warm(self, client: Client, count: int) -> None:
        """Start programs before they are needed, so that they start side by side."""
        waiting = self.idle[client.name]
        waiting += [self._start(client) for _ in range(count - len(waiting))]

    def _keep(self, process: Process) -> None:
        self.idle[process.client.name].append(process)

    def _start(self, client: Client) -> Process:
        try:
            command = client.command()
        except build.MissingToolError as reason:
            pytest.skip(f"{client.name}: {reason}")
        return self.stack.enter_context(started(client, command))


@contextmanager
def started(client: Client, command: list[str]) -> Iterator[Process]:
    """Run a client program; on leaving it is killed."""
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=ROOT,
            start_new_session=True,
        ) as popen,
    ):
        process = Process(client, stderr, popen)
        threading.Thread(target=process.read, daemon=True).start()
        try:
            yield process
        finally:
            process.kill()
