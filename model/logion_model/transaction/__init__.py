"""Transactions: coordinator, markers, last stable offset, fencing (KIP-98, KIP-890)."""
