"""`logion releases`: what each Kafka release speaks, and what this broker answers."""

from __future__ import annotations

from collections.abc import Mapping

from logion.broker.admission import Doorkeeper, Verdict
from logion.broker.dispatch import served
from logion.cli.arguments import Parser, refuse
from logion.cli.tables import Row, table
from logion.protocol.apis import APIS, api_named
from logion.protocol.releases import RELEASES, Release, release

DESCRIPTION = """\
Without R: every release that `logion broker --release R` plays, with the number of APIs
it speaks and of those this broker answers. With R: each of its APIs, the versions the
release advertises, and whether this broker answers them; it advertises what it answers
and nothing else. Of some it has none (SASL, an authorizer, delegation tokens, share and
streams groups) and answers as Apache Kafka does where they are switched off.
"""

NOT_BUILT = "not built yet"

_WITHOUT = {
    "SASL": ("SaslHandshake", "SaslAuthenticate"),
    "authorizer": ("DescribeAcls", "CreateAcls", "DeleteAcls"),
    "delegation token": (
        *("CreateDelegationToken", "RenewDelegationToken"),
        *("ExpireDelegationToken", "DescribeDelegationToken"),
    ),
    "share group": (
        *("ShareGroupHeartbeat", "ShareGroupDescribe", "ShareFetch"),
        *("ShareAcknowledge", "InitializeShareGroupState", "ReadShareGroupState"),
        *("WriteShareGroupState", "DeleteShareGroupState"),
        *("ReadShareGroupStateSummary", "DescribeShareGroupOffsets"),
        *("AlterShareGroupOffsets", "DeleteShareGroupOffsets"),
    ),
    "streams group": ("StreamsGroupHeartbeat", "StreamsGroupDescribe"),
}

OFF: Mapping[int, str] = {
    api_named(name).key: what for what, names in _WITHOUT.items() for name in names
}
"""What this broker has none of, by the API that asks for it: it answers as a broker of
Apache Kafka does that has it switched off."""


def main(arguments: list[str]) -> int:
    """Run `logion releases`; return the exit status."""
    parser = Parser(prog="logion releases", description=DESCRIPTION)
    parser.add_argument("release", nargs="?", metavar="R", help="such as 0.10.0 or 3.9")
    asked = parser.parse_args(arguments).release
    try:
        lines = _overview() if asked is None else _apis_of(release(asked))
    except ValueError as problem:
        return refuse("releases", problem)
    print(*lines, sep="\n")
    return 0


def answer_text(api_key: int, played: Release) -> str:
    """Return what the broker does with an API that `played` advertises, in words."""
    answered = served(played.versions)
    if api_key not in answered:
        return NOT_BUILT
    low, high = answered[api_key]
    doorkeeper = Doorkeeper(played, answered)
    refused = [
        version
        for version in range(low, high + 1)
        if doorkeeper.admit(api_key, version).verdict is not Verdict.READ
    ]
    if api_key in OFF:
        return f"answered: there is no {OFF[api_key]}"
    if refused:
        return f"answered, {_range_text(refused[0], refused[-1])} refused as there"
    return "answered"


def _overview() -> list[str]:
    heads: list[Row] = [("release", "metadata", "format", "APIs", "answered")]
    return table([*heads, *(_release_row(release(name)) for name in RELEASES)])


def _release_row(played: Release) -> Row:
    versions = played.versions
    format_text = f"v{played.message_format}"
    return (played, played.metadata, format_text, len(versions), len(served(versions)))


def _apis_of(played: Release) -> list[str]:
    heads: list[Row] = [("key", "API", "versions", "this broker")]
    rows = [
        (key, APIS[key].name, _range_text(*versions), answer_text(key, played))
        for key, versions in played.versions.items()
    ]
    return [_title(played), "", *table([*heads, *rows]), "", _count_text(played)]


def _count_text(played: Release) -> str:
    answered = served(played.versions)
    text = f"{len(answered)} of {len(played.versions)} APIs are answered"
    off = len(answered.keys() & OFF.keys())
    return f"{text}, {off} of them as where they are switched off" if off else text


def _title(played: Release) -> str:
    verb = "advertises" if played.advertises_api_versions else "accepts"
    records = f"record format v{played.message_format}; it {verb} these versions"
    return f"Kafka {played}: metadata on {played.metadata}, {records}"


def _range_text(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
