from __future__ import annotations

import pytest
from logion.broker.transaction_settings import transaction_settings
from logion.config import BrokerConfig
from logion.protocol.errors import Error
from logion.protocol.releases import release
from logion.transaction.rules import TransactionRules
from logion.transaction.settings import TransactionSettings


def settings_of(name: str, **given: str) -> TransactionSettings:
    """Return what a coordinator of a release is set to."""
    named = {key.replace("_", "."): value for key, value in given.items()}
    return transaction_settings(BrokerConfig.of(named, release=name), release(name))


@pytest.mark.parametrize(
    ("name", "value_version", "version", "fenced", "not_added", "future"),
    [
        ("0.8.2", 0, 0, "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE", False),
        ("0.11.0", 0, 0, "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE", False),
        ("2.5", 0, 0, "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE", False),
        ("2.6", 0, 0, "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE", True),
        ("2.7", 0, 0, "PRODUCER_FENCED", "INVALID_TXN_STATE", True),
        ("3.8", 0, 0, "PRODUCER_FENCED", "TRANSACTION_ABORTABLE", True),
        ("3.9", 0, 0, "PRODUCER_FENCED", "TRANSACTION_ABORTABLE", True),
        ("4.3", 1, 2, "PRODUCER_FENCED", "TRANSACTION_ABORTABLE", True),
    ],
)
def test_each_release_has_its_own_rules(
    name: str,
    value_version: int,
    version: int,
    fenced: str,
    not_added: str,
    *,
    future: bool,
) -> None:
    found = settings_of(name)
    assert found.value_version == value_version
    assert found.rules == TransactionRules(
        version=version,
        fenced=Error[fenced],
        not_added=Error[not_added],
        refuses_future_epochs=future,
    )


def test_only_4_0_fences_twice() -> None:
    fencing = {it: settings_of(it).rules.fences_twice for it in ("3.9", "4.0", "4.1")}
    assert fencing == {"3.9": False, "4.0": True, "4.1": False}


def test_settings_go_by_kafkas_names() -> None:
    found = settings_of(
        "4.3",
        transaction_max_timeout_ms="1",
        transactional_id_expiration_ms="2",
        transaction_state_log_load_buffer_size="3",
        request_timeout_ms="4",
        transaction_two_phase_commit_enable="true",
    )
    assert (found.rules.timeout_max_ms, found.expiration_ms) == (1, 2)
    assert (found.load_size, found.request_timeout_ms) == (3, 4)
    assert found.rules.serves_two_phase


def test_releases_before_4_1_know_no_two_phase_commit() -> None:
    given = {"transaction_two_phase_commit_enable": "true"}
    assert not settings_of("4.0", **given).rules.serves_two_phase
