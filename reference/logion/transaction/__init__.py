"""Transactions: the rules (pure), what is stored of them, and their coordinator."""
