"""kcat, driven by lines: one run of the command for each job, or for each part of one.

kcat gives all messages of a run the same headers, and either sends empty keys and
values as they are or (-Z) all as null: a job is cut where its records change there.
Keys and messages are delimited by texts that no test record contains. kcat cannot set
timestamps, and does not say which offsets its messages got. As a member of a group it
commits by itself, and tells of its partitions in sentences.
"""

from __future__ import annotations

import ctypes
import queue
import re
import signal
import subprocess
import threading
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tests.integration.clients.lines import (
    Headers,
    Job,
    Record,
    consumed,
    decoded,
    headers_of,
    is_before,
    serve,
)
from tests.integration.clients.member import POLL_SECONDS, Member, take_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.integration.clients.lines import Jobs
    from tests.integration.clients.member import Place

KEY_END = b"\x01\x02\x03~key"
MESSAGE_END = b"\x03\x02\x01~end"
HEADERS_END = b"\x02\x02\x02~"
FORMAT = "%o %T %K %S %h" + "\\x02\\x02\\x02~" + "%k%s"


def escaped(text: bytes) -> str:
    """Return bytes as kcat's options spell them."""
    return "".join(f"\\x{byte:02x}" for byte in text)


def command(job: Job, options: Iterable[str | bytes]) -> list[str | bytes]:
    """Return kcat's command line, with what a broker before 0.10 needs."""
    partition = str(job["partition"])
    place = ("-b", job["bootstrap"], "-t", job["topic"], "-p", partition)
    return ["kcat", "-q", *place, *versions(job, "0.8.2.2"), *options]


def versions(job: Job, assumed: str) -> tuple[str, ...]:
    """Return what a broker before 0.10 needs, which cannot be asked."""
    if not is_before(job["release"], 0, 10):
        return ()
    return "-Xapi.version.request=false", f"-Xbroker.version.fallback={assumed}"


def run(job: Job, options: Iterable[str | bytes], stdin: bytes = b"") -> bytes:
    """Run kcat; return its output."""
    ran = subprocess.run(
        command(job, options),
        input=stdin,
        capture_output=True,
        timeout=job["seconds"],
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr.decode())
    return ran.stdout


def run_of(record: Record) -> tuple[bool, Headers]:
    """Return what a run of kcat fixes: whether it needs -Z, and the headers."""
    return record["value"] is None, headers_of(record)


def as_input(record: Record) -> bytes:
    """Return a record as kcat reads it: no delimiter means no key."""
    key = decoded(record["key"])
    value = decoded(record["value"]) or b""
    return (b"" if key is None else key + KEY_END) + value + MESSAGE_END


def produce(job: Job) -> list[int]:
    """Send the records; their offsets are not known."""
    settings = {
        "compression.type": job["codec"],
        "acks": job["acks"],
        "enable.idempotence": str(job["idempotent"]).lower(),
    }
    fixed: list[str | bytes] = [f"-X{key}={value}" for key, value in settings.items()]
    fixed += ["-P", "-K", escaped(KEY_END), "-D", escaped(MESSAGE_END)]
    for (null, headers), records in groupby(job["records"], run_of):
        options: list[str | bytes] = [*fixed, *(["-Z"] if null else [])]
        for name, value in headers:
            options += ["-H", f"{name}=".encode() + value]
        run(job, options, b"".join(map(as_input, records)))
    return [-1] * len(job["records"])


def consume(job: Job) -> list[Record]:
    """Read records by assignment."""
    count = str(job["count"])
    options = ["-C", "-o", str(job["offset"]), "-c", count, "-f", FORMAT]
    return list(parsed(run(job, options)))


def parsed(output: bytes) -> Iterator[Record]:
    """Yield the records of an output in FORMAT; timestamp 0 means there is none."""
    at = 0
    while at < len(output):
        end = output.index(HEADERS_END, at)
        offset, timestamp, key_size, size, *rest = output[at:end].split(b" ", 4)
        at = end + len(HEADERS_END)
        key, at = cut(output, at, int(key_size))
        value, at = cut(output, at, int(size))
        headers = headers_in(rest[0] if rest else b"")
        yield consumed(int(offset), int(timestamp) or -1, key, value, headers)


def cut(output: bytes, at: int, size: int) -> tuple[bytes | None, int]:
    """Return the bytes at `at` (None where the size is -1) and where they end."""
    return (None, at) if size < 0 else (output[at : at + size], at + size)


def headers_in(text: bytes) -> list[tuple[str, bytes]]:
    """Return the headers of kcat's `name=value,name=value`."""
    pairs = [each.partition(b"=") for each in text.split(b",") if each]
    return [(name.decode(), value) for name, _, value in pairs]


GROUP_FORMAT = "> %t %p %o %s\\n"
REBALANCED = re.compile(
    rb"% Group .* rebalanced.*?(assigned|revoked|assignment of|revoke of)"
)
MEMBER = re.compile(rb"memberid ([^\s,)]+)")
PLACE = re.compile(rb"([^\s,]+) \[(\d+)\]")
WAIT_SECONDS_MAX = 10
PR_SET_PDEATHSIG = 1


class Message(NamedTuple):
    """A line that begins with `>`."""

    topic: str
    partition: int
    offset: int
    value: bytes


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def group_command(job: Job) -> list[str]:
    """Return the command line of a member: settings, the group, its topics."""
    settings = {
        "auto.offset.reset": "earliest",
        "auto.commit.interval.ms": 100,
        "fetch.wait.max.ms": 100,
        "reconnect.backoff.max.ms": 200,
        "topic.metadata.refresh.fast.interval.ms": 50,
        "partition.assignment.strategy": ",".join(job["assignors"]),
        "session.timeout.ms": job["session_ms"],
        "heartbeat.interval.ms": job["heartbeat_ms"],
    }
    if job["instance"]:
        settings["group.instance.id"] = job["instance"]
    fixed = [f"-X{name}={value}" for name, value in settings.items()]
    # -E: a broker that is away is no reason to end.
    fixed += [*versions(job, "0.9.0"), "-E", "-u", "-f", GROUP_FORMAT]
    return ["kcat", "-b", job["bootstrap"], *fixed, "-G", job["group"], *job["topics"]]


class KcatMember(Member):
    """A run of kcat whose records and sentences come through one pipe, in order."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.member: str | None = None
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.popen = subprocess.Popen(
            group_command(job),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            self.lines.put(line)

    def poll(self) -> Iterator[Message]:
        """Yield a message if one comes in time, telling of partitions on the way."""
        try:
            line = self.lines.get(timeout=POLL_SECONDS)
        except queue.Empty:
            if self.popen.poll() is not None:
                raise RuntimeError(f"kcat ended: {self.popen.returncode}") from None
            return
        if line.startswith(b"> "):
            _, topic, partition, offset, value = line.rstrip(b"\n").split(b" ", 4)
            yield Message(topic.decode(), int(partition), int(offset), value)
        elif told := REBALANCED.match(line):
            self._rebalanced(told[1].decode(), line)

    def _rebalanced(self, what: str, line: bytes) -> None:
        if member := MEMBER.search(line):
            self.member = member[1].decode()
        places = [(topic.decode(), int(at)) for topic, at in PLACE.findall(line)]
        if what.startswith("assign"):
            self.assigned(places)
        elif b"lost" in line:
            self.lost(places)
        else:
            self.gone("revoked", places, {})

    def commit(self, positions: Mapping[Place, int]) -> None:
        """Do nothing: kcat cannot be asked."""

    def commit_all(self) -> Mapping[Place, int]:
        """Return nothing, which is what is known to be committed."""
        return {}

    def leave(self) -> None:
        """End kcat as Ctrl-C does, and tell what it said last."""
        self.popen.send_signal(signal.SIGINT)
        self.popen.wait(WAIT_SECONDS_MAX)
        self.reader.join()
        while not self.lines.empty():
            self.tell_records(self.poll())

    def identity(self) -> tuple[str | None, int | None]:
        """Return the member id; of generations kcat does not speak."""
        return self.member, None


def join(job: Job, jobs: Jobs) -> None:
    """Be a member of a group."""
    take_part(KcatMember(job), jobs)


if __name__ == "__main__":
    serve(produce, consume, join)
