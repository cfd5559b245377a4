"""Writes down which versions golden vectors and kio have of each API.

    .venv/bin/python -m tests.docs.observe_codecs

`tests/logion/protocol/test_codec.py` holds the codec to both, byte for byte; a version
counts here if request and response are both there.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json

from logion.protocol.apis import APIS, api_named

from tests.docs import evidence
from tests.shared import shared

GOLDEN = "3.9.0"
"""The release whose own classes wrote the vectors."""

REDEFINED = ("ReadShareGroupStateSummary", 0)
"""Unstable in 3.9, changed in 4.x: one of its two samples shows the older form."""


def golden_pairs() -> set[evidence.Pair]:
    """Return what the vectors in ../shared cover."""
    lines = shared(f"spec/golden/messages-{GOLDEN}.jsonl").read_text().splitlines()
    vectors = [json.loads(line) for line in lines]
    found = {(it["name"], it["version"]) for it in vectors}
    requests, responses = (
        {(name.removesuffix(side), v) for name, v in found if name.endswith(side)}
        for side in ("Request", "Response")
    )
    both = (requests & responses) - {REDEFINED}
    return {(api_named(name).key, version) for name, version in both}


def kio_pairs() -> set[evidence.Pair]:
    """Return what the installed kio has classes of, without loading any."""
    schema = importlib.resources.files("kio.schema")
    return {
        (api.key, version)
        for api in APIS.values()
        for version in api.versions
        if all(
            (schema / api.module / f"v{version}" / f"{side}.py").is_file()
            for side in ("request", "response")
        )
    }


def kio_version() -> str:
    """Return the version of kio that is installed."""
    return importlib.metadata.version("kio")


def main() -> None:
    """Write down both."""
    evidence.record("golden", GOLDEN, golden_pairs())
    evidence.record("kio", kio_version(), kio_pairs())


if __name__ == "__main__":
    main()
