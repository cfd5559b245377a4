from __future__ import annotations

import pytest
from logion.broker.context import Context
from logion.broker.group_requests import check_group_id, host_of
from logion.protocol.errors import ApiError


def test_an_empty_name_is_no_groups() -> None:
    check_group_id("g")
    with pytest.raises(ApiError, match="INVALID_GROUP_ID"):
        check_group_id("")


def test_a_host_is_written_as_java_writes_it() -> None:
    context = Context(11, 0, 0, "c", "10.0.0.1:4711", "PLAINTEXT")
    assert host_of(context) == "/10.0.0.1"
