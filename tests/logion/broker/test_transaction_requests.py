from __future__ import annotations

import pytest
from logion.broker.context import Context
from logion.broker.transaction_requests import told_of
from logion.protocol.errors import ApiError, Error


@pytest.mark.parametrize(
    ("error", "version", "told"),
    [
        (Error.PRODUCER_FENCED, 1, Error.INVALID_PRODUCER_EPOCH),
        (Error.PRODUCER_FENCED, 2, Error.PRODUCER_FENCED),
        (Error.NOT_COORDINATOR, 1, Error.NOT_COORDINATOR),
    ],
)
def test_only_newer_clients_know_who_was_fenced(
    error: Error, version: int, told: Error
) -> None:
    context = Context(26, version, 1, "client", "127.0.0.1:1", "PLAINTEXT")
    assert told_of(ApiError(error, ""), context, 2) is told
