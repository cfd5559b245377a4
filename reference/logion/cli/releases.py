"""`logion releases`: what each Kafka release speaks, and what this broker answers."""

from __future__ import annotations

from logion.broker.admission import Doorkeeper, Verdict
from logion.broker.dispatch import served
from logion.cli.arguments import Parser, refuse
from logion.cli.tables import Row, table
from logion.protocol.apis import APIS
from logion.protocol.releases import RELEASES, Release, release

DESCRIPTION = """\
Without R: every release that `logion broker --release R` plays, with the number of APIs
it speaks and of those this broker answers. With R: each of its APIs, the versions the
release advertises, and whether this broker answers them; it advertises what it answers
and nothing else.
"""

NOT_BUILT = "not built yet"


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
    answered = len(served(played.versions))
    return [
        _title(played),
        "",
        *table([*heads, *rows]),
        "",
        f"{answered} of {len(rows)} APIs are answered",
    ]


def _title(played: Release) -> str:
    verb = "advertises" if played.advertises_api_versions else "accepts"
    records = f"record format v{played.message_format}; it {verb} these versions"
    return f"Kafka {played}: metadata on {played.metadata}, {records}"


def _range_text(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
