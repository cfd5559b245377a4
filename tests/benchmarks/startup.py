"""How soon a further broker is ready in a process that has had one: prints JSON.

One after the other, as the tests of somebody's suite would start them.
"""

from __future__ import annotations

import json
import time
from statistics import median

from logion.testing import Broker

COUNT = 20


def main() -> None:
    """Print the median and the worst time, in ms, from the call to readiness."""
    with Broker():
        pass
    times = []
    for _ in range(COUNT):
        start = time.perf_counter()
        with Broker():
            times.append((time.perf_counter() - start) * 1e3)
    found = {"median_ms": median(times), "max_ms": max(times)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
