"""A running client program: jobs go in, answers come out (`clients/README.md`)."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

import pytest

from tests.integration import build
from tests.integration.clients.lines import is_before
from tests.integration.clients_table import Client
from tests.integration.corpus import Record
from tests.root import ROOT

JOB_SECONDS = 20
"""How long a client may try; the program itself gets some more before it is killed."""


class ClientError(Exception):
    """A client program died or hung; the text is the job and what stderr has."""


class Step(NamedTuple):
    """One transaction."""

    records: list[Record]
    commit: bool


def relay_job(
    bootstrap: str, topic: str, to: str, count: int, *, release: str, seconds: int
) -> dict[str, Any]:
    """Return the job to copy a topic to another in transactions."""
    return {
        "do": "relay",
        "bootstrap": bootstrap,
        "topic": topic,
        "to": to,
        "release": release,
        "seconds": seconds,
        "id": f"relay-{to}",
        "group": f"relay-{to}",
        "instance": None if is_before(release, 2, 3) else "relay",
        "protocol": "classic",
        "assignors": ["range"],
        "session_ms": 6000,
        "heartbeat_ms": 500,
        "count": count,
    }


@dataclass(slots=True)
class Program:
    """One client program, started at its first job and again after it died."""

    client: Client
    stderr: IO[bytes]
    popen: subprocess.Popen[bytes] | None = field(default=None)

    def produce(
        self,
        bootstrap: str,
        topic: str,
        records: list[Record],
        *,
        release: str,
        codec: str = "none",
        acks: int = -1,
        idempotent: bool = False,
        seconds: int = JOB_SECONDS,
    ) -> list[int]:
        """Send records to partition 0; return their offsets, -1 where not told."""
        job = {
            "do": "produce",
            "bootstrap": bootstrap,
            "topic": topic,
            "partition": 0,
            "release": release,
            "seconds": seconds,
            "codec": codec,
            "acks": acks,
            "idempotent": idempotent,
            "records": [record.line() for record in records],
        }
        offsets: list[int] = self._ask(job)["offsets"]
        return offsets

    def consume(
        self,
        bootstrap: str,
        topic: str,
        count: int,
        *,
        release: str,
        offset: int = 0,
        isolation: str = "read_uncommitted",
        seconds: int = JOB_SECONDS,
    ) -> list[dict[str, Any]]:
        """Return up to `count` records of partition 0 from `offset` on, as lines."""
        job = {
            "do": "consume",
            "bootstrap": bootstrap,
            "topic": topic,
            "partition": 0,
            "release": release,
            "seconds": seconds,
            "offset": offset,
            "count": count,
            "isolation": isolation,
        }
        records: list[dict[str, Any]] = self._ask(job)["records"]
        return records

    def transact(
        self,
        bootstrap: str,
        topic: str,
        steps: list[Step],
        *,
        release: str,
        rivalled: list[Record],
        seconds: int = JOB_SECONDS,
    ) -> str | None:
        """End transactions in partition 0; return what is told to a fenced producer.

        That is the last one, with the records `rivalled`, which a rival replaces before
        it commits: None if it could commit all the same.
        """
        job = {
            "do": "transact",
            "bootstrap": bootstrap,
            "topic": topic,
            "partition": 0,
            "release": release,
            "seconds": seconds,
            "id": f"{self.client.name}-{topic}",
            "steps": [
                {"records": [it.line() for it in step.records], "commit": step.commit}
                for step in steps
            ],
            "rivalled": [it.line() for it in rivalled],
        }
        fenced: str | None = self._ask(job)["fenced"]
        return fenced

    def relay(
        self,
        bootstrap: str,
        topic: str,
        to: str,
        count: int,
        *,
        release: str,
        seconds: int = JOB_SECONDS,
    ) -> int:
        """Copy `count` records of a topic in transactions; return how many it was."""
        relayed: int = self._ask(
            relay_job(bootstrap, topic, to, count, release=release, seconds=seconds)
        )["relayed"]
        return relayed

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        popen = self._running()
        assert popen.stdin is not None
        assert popen.stdout is not None
        limit = threading.Timer(job["seconds"] + 10, popen.kill)
        limit.start()
        try:
            popen.stdin.write(json.dumps(job).encode() + b"\n")
            popen.stdin.flush()
            line = popen.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            limit.cancel()
        if not line:
            raise self._died(job)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self.popen is None:
            self.stderr.seek(0)
            self.stderr.truncate()
            self.popen = subprocess.Popen(
                self.client.command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.stderr,
                cwd=ROOT,
            )
        return self.popen

    def _died(self, job: dict[str, Any]) -> ClientError:
        status = self.close()
        self.stderr.seek(0)
        said = self.stderr.read().decode(errors="replace")[-3000:]
        told = {key: value for key, value in job.items() if key != "records"}
        return ClientError(f"{self.client.name} ended ({status}) at {told}:\n{said}")

    def close(self) -> int | None:
        """End the program; return its exit status if it ran."""
        popen, self.popen = self.popen, None
        if popen is None:
            return None
        popen.kill()
        with popen:  # closes the pipes and waits
            pass
        return popen.returncode


@contextmanager
def program(client: Client) -> Iterator[Program]:
    """Yield a client's program, ended on leaving."""
    with tempfile.TemporaryFile() as stderr:
        running = Program(client, stderr)
        try:
            yield running
        finally:
            running.close()


@dataclass(slots=True)
class Programs:
    """Client programs, each started once in a session."""

    stack: ExitStack
    running: dict[str, Program] = field(default_factory=dict)

    def of(self, client: Client) -> Program:
        """Return the program of `client`; skip the test if its tool is missing."""
        if client.name not in self.running:
            try:
                client.command()
            except build.MissingToolError as reason:
                pytest.skip(f"{client.name}: {reason}")
            started = self.stack.enter_context(program(client))
            self.running[client.name] = started
        return self.running[client.name]
