"""How fast a history is judged: `python tests/benchmarks/history.py [OPERATIONS]`.

Prints a line of JSON. Ten clients of a simple, correct broker send to sixteen keys and
read two each, a third of them in transactions; a last one polls all there is, so each
value is polled about twice. Making the history is not part of the time; reading it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from tests.logion_model.history.simple_kafka import SimpleKafka  # noqa: E402

OPERATIONS = 1_000_000
COMMAND = "from logion_model.history.cli import main; raise SystemExit(main())"


def write_history(file: Path, operations: int) -> None:
    """Write a history of so many operations, and the last polls."""
    kafka = SimpleKafka(seed=1, keys=16, clients=10, reads=2)
    with file.open("w") as out:
        for event in kafka.events(operations):
            out.write(f"{json.dumps(event)}\n")


def measure(operations: int) -> dict[str, float]:
    """Return what judging a history takes, as a command of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.jsonl"
        write_history(file, operations)
        command = [sys.executable, "-c", COMMAND, str(file), "--json"]
        start = time.perf_counter()
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - start
        size_mb = file.stat().st_size / 1e6
    used = getrusage(RUSAGE_CHILDREN)
    return {
        "operations": json.loads(ran.stdout)["operations"],
        "seconds": seconds,
        "cpu_s": used.ru_utime + used.ru_stime,
        "memory_mb": used.ru_maxrss / 1024,
        "size_mb": size_mb,
    }


def main() -> None:
    """Measure, and print what was found."""
    operations = int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS
    print(json.dumps(measure(operations)))


if __name__ == "__main__":
    main()
