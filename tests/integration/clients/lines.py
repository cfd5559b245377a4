"""The loop of every Python client program, and the form of a record in a line."""

from __future__ import annotations

import base64
import json
import queue
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Job = dict[str, Any]
Record = dict[str, Any]
Headers = list[tuple[str, bytes]]


def encoded(data: bytes | None) -> str | None:
    """Return bytes as base64 text; None stays None."""
    return None if data is None else base64.b64encode(data).decode()


def decoded(text: str | None) -> bytes | None:
    """Return the bytes of base64 text; None stays None."""
    return None if text is None else base64.b64decode(text)


def headers_of(record: Record) -> Headers:
    """Return a record's headers as clients take them."""
    return [(name, base64.b64decode(value)) for name, value in record["headers"]]


def consumed(
    offset: int,
    timestamp: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]] | None,
) -> Record:
    """Return a consumed record as a line has it."""
    return {
        "offset": offset,
        "timestamp": timestamp,
        "key": encoded(key),
        "value": encoded(value),
        "headers": [[name, encoded(data)] for name, data in headers or ()],
    }


def is_before(release: str, *version: int) -> bool:
    """Whether a broker's release is older than `version`."""
    return tuple(int(part) for part in release.split(".")) < version


class Jobs:
    """The jobs of stdin, read by a thread so that a group's member can look for one."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._jobs.put(json.loads(line))
        self._jobs.put(None)

    def wait(self) -> Job:
        """Return the next job; end the program when there will be none."""
        return self._or_exit(self._jobs.get())

    def look(self) -> Job | None:
        """Return the next job if it is there."""
        try:
            return self._or_exit(self._jobs.get_nowait())
        except queue.Empty:
            return None

    @staticmethod
    def _or_exit(job: Job | None) -> Job:
        if job is None:
            sys.exit()
        return job


def say(answer: dict[str, Any]) -> None:
    """Write one line, at once."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


Answer = dict[str, Any]


def serve(
    produce: Callable[[Job], list[int]],
    consume: Callable[[Job], list[Record]],
    join: Callable[[Job, Jobs], None],
    **others: Callable[[Job], Answer],
) -> None:
    """Answer jobs from stdin until it ends; `others` are those that few programs do."""
    jobs = Jobs()
    while True:
        job = jobs.wait()
        if job["do"] == "produce":
            say({"offsets": produce(job)})
        elif job["do"] == "consume":
            say({"records": consume(job)})
        elif job["do"] in others:
            say(others[job["do"]](job))
        else:
            join(job, jobs)
