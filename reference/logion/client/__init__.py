"""The client: a small one, for brokers among themselves, tools, and tests."""
