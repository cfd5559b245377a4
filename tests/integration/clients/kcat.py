"""kcat, driven by lines: one run of the command for each job, or for each part of one.

kcat gives all messages of a run the same headers, and either sends empty keys and
values as they are or (-Z) all as null: a job is cut where its records change there.
Keys and messages are delimited by texts that no test record contains. kcat cannot set
timestamps, and does not say which offsets its messages got.
"""

from __future__ import annotations

import subprocess
from itertools import groupby
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEY_END = b"\x01\x02\x03~key"
MESSAGE_END = b"\x03\x02\x01~end"
HEADERS_END = b"\x02\x02\x02~"
FORMAT = "%o %T %K %S %h" + "\\x02\\x02\\x02~" + "%k%s"


def escaped(text: bytes) -> str:
    """Return bytes as kcat's options spell them."""
    return "".join(f"\\x{byte:02x}" for byte in text)


def command(job: Job, options: Iterable[str | bytes]) -> list[str | bytes]:
    """Return kcat's command line, with what a broker before 0.10 needs."""
    old = is_before(job["release"], 0, 10)
    versions = (
        "-Xapi.version.request=false",
        "-Xbroker.version.fallback=0.8.2.2",
    )
    partition = str(job["partition"])
    place = ("-b", job["bootstrap"], "-t", job["topic"], "-p", partition)
    return ["kcat", "-q", *place, *(versions if old else ()), *options]


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


if __name__ == "__main__":
    serve(produce, consume)
