"""Reports for tests."""

from __future__ import annotations

from dataclasses import replace

from logion_conformance.results.model import (
    Early,
    Expected,
    Judged,
    Report,
    Said,
    Spoken,
    Story,
    Target,
    Trial,
    Verdict,
)

KNOWN = Expected("answers as of old", "https://example.org/KIP-1")

SAID = Said(9, 4, "MetadataRequest()", "MetadataResponse(errorCode=3)", "0003", "0300")

STORY = Story("the error code", "NONE (0)", "3", "cases/test_x.py:7", (SAID,))


def trial(
    verdict: str, version: int | None = None, *, known: Expected | None = None
) -> Trial:
    kind = Verdict(verdict)
    reason = "" if kind == Verdict.PASS else f"the reason of {verdict}"
    story = STORY if kind == Verdict.FAIL else None
    return Trial(version, kind, reason, 0.5, known, story)


def case(id_: str, *trials: Trial, level: str = "MUST") -> Judged:
    return Judged(id_, level, "KIP-0", f"{id_} is kept.", trials)


def report(*cases: Judged, name: str = "logion", trouble: str = "") -> Report:
    target = Target(name, "127.0.0.1:9092", (Spoken("Fetch", 4, 18),), trouble)
    return Report(1, "0.1.0", "2026-11-29T08:00:00+00:00", 12.5, False, target, cases)


MIXED = report(
    case("fetch.known", trial("FAIL", 4, known=KNOWN), trial("PASS", 5)),
    case("fetch.lacking", trial("UNSUPPORTED")),
    case("fetch.told", trial("UNTESTABLE"), level="SHOULD"),
    case("produce.broken", trial("FAIL", 3), trial("PASS", 4)),
    case("produce.mended", trial("PASS", 3, known=KNOWN)),
    case("produce.sound", trial("PASS", 3), trial("UNSUPPORTED", 4)),
)
"""One case of each kind."""

EARLY = replace(MIXED, ended_early=Early(5, 40))
"""The same, of a run that was ended."""
