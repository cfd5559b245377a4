"""Faults that Kafka had, by number: those that the models can show again.

An entry of the catalogue names the one that it shows. The release is the first whose
tag has the mending commit; `seen_in` names releases in whose code the fault was read,
`not_in` the newest that is known to be without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logion_model.entry import Bug, Entry

_010 = ("0.10.0",)

_ALL = (
    # replication and controller
    Bug(1, "KIP-101", "followers truncate to their high watermark", "0.11.0.0", _010),
    Bug(2, "KAFKA-3919", "replicas that lost power diverge", "0.11.0.0", _010),
    Bug(3, "KIP-279", "a leader does not know a follower's last epoch", "2.0.0"),
    Bug(4, "KAFKA-6857", "the undefined epoch is answered as if it were one", "1.0.2"),
    Bug(5, "KIP-320", "a follower of another epoch keeps fetching", "2.1.0", _010),
    Bug(6, "KAFKA-7164", "no truncation if the leader is the same", "2.0.1", _010),
    Bug(7, "KAFKA-7128", "the ISR grows before the leader knows", "2.0.1", _010),
    Bug(8, "KAFKA-7415", "an epoch without records is not written down", "2.0.1"),
    Bug(9, "KAFKA-10706", "truncation to the log's end never ends", "2.7.0"),
    Bug(10, "KAFKA-3924", "a follower ahead of its leader halts", "2.0.1", _010),
    Bug(11, "KAFKA-2143", "a follower that is ahead truncates everything", "0.9.0.1"),
    Bug(12, "KIP-106", "unclean elections by default", "0.11.0.0", _010),
    Bug(13, "KIP-966", "the last replica standing loses its log", "3.7.0", _010),
    Bug(14, "KIP-903", "a broker with an empty disk joins the ISR", "3.5.0"),
    Bug(15, "KIP-841", "a fenced broker joins the ISR", "3.3.0"),
    Bug(16, "KIP-380", "requests meant for a broker's earlier life", "2.2.0", _010),
    Bug(17, "KIP-570", "a late StopReplica stops a newer replica", "2.6.0", _010),
    Bug(18, "KAFKA-13790", "a leader begins again without a new epoch", ""),
    Bug(19, "KAFKA-9491", "high watermark stays after a full truncation", "2.5.0"),
    Bug(20, "KAFKA-2729", "the cached version of the ISR is never renewed", "", _010),
    Bug(21, "KAFKA-3968", "a segment's folder is not synced", "3.0.0", _010),
    # groups and offsets
    Bug(22, "stale commits", "a zombie's commit counts", ""),
    Bug(23, "KIP-211", "offsets of a living group expire", "2.1.0", _010),
    Bug(24, "KAFKA-8069", "offsets expire once they are loaded", "2.2.0", ("2.1.1",)),
    Bug(25, "KAFKA-5600", "loading keeps what is stale", "0.11.0.1"),
    Bug(26, "KIP-62", "slow work costs the membership", "0.10.1.0", _010),
    Bug(27, "KAFKA-3810", "a group's record is too large to fetch", "0.10.1.0", _010),
    Bug(28, "KIP-394", "retries to join leave ghosts", "2.2.0", _010),
    Bug(29, "KAFKA-9752", "a join phase without its new member ends", "2.5.0"),
    Bug(30, "KIP-345", "two processes share one instance id", "2.3.0"),
    Bug(
        31,
        "KAFKA-10284",
        "a static member's new id is not written",
        "2.7.0",
        ("2.5.1",),
    ),
    Bug(
        32,
        "KAFKA-9801",
        "a returning static member is given nothing",
        "2.5.0",
        ("2.4.1",),
    ),
    Bug(
        33, "KAFKA-4362", "two brokers take themselves for the coordinator", "0.10.1.1"
    ),
    # idempotence and transactions
    Bug(
        34,
        "KAFKA-5494",
        "one batch remembered, several in flight",
        "1.0.0",
        ("0.11.0",),
    ),
    Bug(35, "KAFKA-6003", "a follower without producers refuses", "1.0.0"),
    Bug(36, "KAFKA-14034", "sequences begin again with batches in flight", ""),
    Bug(
        37,
        "KAFKA-9144",
        "producers expire by the time of their data",
        "2.4.1",
        ("2.3.1",),
    ),
    Bug(38, "KAFKA-9777", "a finished marker is missed", "2.6.0", ("0.11.0", "2.5.1")),
    Bug(
        39,
        "KAFKA-9807",
        "the high watermark is read twice in a fetch",
        "2.5.0",
        ("0.11.0", "2.4.1"),
    ),
    Bug(
        40,
        "KIP-447",
        "a zombie commits offsets in a transaction",
        "2.5.0",
        ("0.11.0", "2.4.1"),
    ),
    Bug(41, "KAFKA-15784", "a commit is checked and applied apart", "3.7.0"),
    Bug(
        42,
        "KAFKA-14402",
        "a late record opens a transaction again",
        "3.6.0",
        ("0.11.0", "2.8.2"),
    ),
    Bug(
        43,
        "KIP-890",
        "a late EndTxn ends the next transaction",
        "4.0.0",
        ("0.11.0", "3.9.1"),
    ),
    Bug(
        44,
        "KAFKA-9307",
        "a half-finished fall leaves a coordinator stuck",
        "2.4.1",
        ("0.11.0", "2.3.1"),
    ),
)

_NOT_IN: Mapping[int, str] = {
    **dict.fromkeys((3, 4, 8, 9), "0.10"),  # leaders know epochs since KIP-101
    15: "2.7",  # KRaft came in 2.8
    24: "0.10.0",
    25: "0.10",  # a regression of KIP-98
    29: "2.1.0",  # new members may time out since 28 is mended
    **dict.fromkeys((30, 31, 32), "2.2"),  # static members came in 2.3
    **dict.fromkeys((34, 35, 36, 37, 38, 39, 40, 42, 43, 44), "0.10"),
    41: "3.4",  # what is checked apart is checked since 42 is mended, in 3.5 at first
}
"""Up to which release there was nothing that could go wrong so, by number."""

BUGS: Mapping[int, Bug] = {
    bug.number: bug._replace(not_in=_NOT_IN.get(bug.number, "")) for bug in _ALL
}
"""Every bug by its number."""


def is_in(bug: Bug, release: str) -> bool | None:
    """Return whether a release has the bug, None if it is not known.

    It has it from the first release in whose code it was read until it is mended. Of
    those before, down to the newest that is without it, nothing is known; nor is it if
    no release is known to mend it, but where it was read.

    Raises ValueError for what is no release.
    """
    at = _numbers(release)
    seen = [_numbers(it) for it in bug.seen_in]
    if bug.fixed and _padded(at) >= _padded(_numbers(bug.fixed)):
        return False
    if bug.not_in and _line(at, newest := _numbers(bug.not_in)) <= newest:
        return False
    if bug.fixed:
        return True if any(_line(at, it) >= it for it in seen) else None
    return True if any(_line(at, it) == it for it in seen) else None


def _numbers(release: str) -> tuple[int, ...]:
    if not all(part.isdecimal() for part in release.split(".")):
        raise ValueError(f"{release!r} is no release such as 0.10.0 or 2.4.1")
    return tuple(map(int, release.split(".")))


def _padded(release: tuple[int, ...]) -> tuple[int, ...]:
    return (*release, 0, 0, 0, 0)[:4]


def _line(release: tuple[int, ...], line: tuple[int, ...]) -> tuple[int, ...]:
    """Return as many numbers of a release as those that name a line of them."""
    return _padded(release)[: len(line)]


def shows(
    number: int, entry: Entry, *, cure: str, mended: tuple[str, ...] = ()
) -> Entry:
    """Return the entry as one that shows this bug, which the model `cure` is without.

    `mended` is what holds with the cure: all that is broken unless it says less.
    """
    broken = tuple(name for name, _ in entry.broken)
    return replace(entry, bug=BUGS[number], cure=cure, mended=mended or broken)
