"""Small worlds about one step each: a fetch, a copy, an offset in a transaction."""

from __future__ import annotations

from logion_model import producer_copies, read_committed, transactional_offsets
from logion_model.bugs import shows
from logion_model.entry import expect, variants

MODELS = (
    *variants(
        transactional_offsets.VARIANTS,
        transactional_offsets.Scope,
        transactional_offsets.specification,
    ),
    *variants(
        read_committed.VARIANTS, read_committed.Scope, read_committed.specification
    ),
    *variants(
        producer_copies.VARIANTS, producer_copies.Scope, producer_copies.specification
    ),
)
"""Of each, the rules of Apache Kafka first."""

_OFFSETS = "transactional-offsets"

ENTRIES = (
    expect(_OFFSETS, (2, 2), 83, 14),
    expect(_OFFSETS, (3, 3), 270, 19),
    shows(
        40,
        expect(
            f"{_OFFSETS}-before-kip-447",
            (2, 2),
            143,
            19,
            processed_once=12,
            offsets_stay=16,
        ),
        cure=_OFFSETS,
    ),
    shows(
        41,
        expect(
            f"{_OFFSETS}-kafka-15784",
            (2, 2),
            132,
            18,
            processed_once=12,
            offsets_stay=16,
        ),
        cure=_OFFSETS,
    ),
    expect(f"{_OFFSETS}-unstable", (2, 2), 132, 18, processed_once=12, offsets_stay=16),
    expect("read-committed", (5,), 5_863, 14),
    expect("read-committed", (4,), 1_487, 12),
    shows(
        39,
        expect(
            "read-committed-kafka-9807",
            (4,),
            2_231,
            14,
            only_committed=9,
            no_aborted=10,
        ),
        cure="read-committed",
    ),
    expect("producer-copies", (3,), 35, 11),
    shows(
        35,
        expect("producer-copies-kafka-6003", (3,), 26, 11, copies_go_on=6),
        cure="producer-copies",
    ),
)
"""What each variant breaks, and nothing else; the counts only guard against change."""
