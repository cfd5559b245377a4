"""Why a change of the code is noticed by no test."""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutation.reasons import (
    consumer_groups,
    logs_and_classic_groups,
    records,
    replicas,
    sampled,
    transactions_and_quotas,
)

REASONS: Mapping[str, str] = {
    **consumer_groups.REASONS,
    **logs_and_classic_groups.REASONS,
    **records.REASONS,
    **replicas.REASONS,
    **sampled.REASONS,
    **transactions_and_quotas.REASONS,
}
"""Reasons by what `tests/mutation/code.json` says of a survivor."""


def reason(survivor: str) -> str:
    """Return why it survives, `not examined` if nobody has said."""
    return REASONS.get(survivor, "not examined")
