"""The table of APIs names every API, and finds the messages of each."""

from __future__ import annotations

import subprocess
import sys

import pytest
from logion.protocol.apis import (
    APIS,
    FORMER_NAMES,
    api_named,
    request_class,
    response_class,
)
from logion.protocol.schema import schema_of


def test_keys_run_from_0_without_a_gap() -> None:
    assert list(APIS) == list(range(93))


@pytest.mark.parametrize("key", APIS)
def test_a_row_says_what_the_declarations_say(key: int) -> None:
    api = APIS[key]
    for cls, kind in (request_class(key), "Request"), (response_class(key), "Response"):
        schema = schema_of(cls)
        assert cls.__name__ == api.name + kind
        assert schema.api == key
        assert schema.kind == kind.lower()
        assert schema.versions == api.versions
        first_flexible = next(iter(schema.flexible), None)
        assert first_flexible == api.flexible


def test_a_flexible_version_is_one_from_the_first_on() -> None:
    assert not api_named("Fetch").is_flexible(11)
    assert api_named("Fetch").is_flexible(12)
    assert not api_named("SaslHandshake").is_flexible(1)


def test_an_api_is_found_by_its_present_and_its_former_names() -> None:
    assert api_named("ListOffsets").key == 2
    assert api_named("Offsets").key == 2
    assert api_named("GroupCoordinator").name == "FindCoordinator"
    assert all(api_named(former).name == now for former, now in FORMER_NAMES.items())
    with pytest.raises(KeyError):
        api_named("Fletch")


def test_the_table_imports_no_message() -> None:
    code = (
        "import sys, logion.protocol.apis, logion.protocol.releases\n"
        "sys.exit(any('protocol.messages' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
