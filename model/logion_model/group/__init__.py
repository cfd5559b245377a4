"""A classic consumer group, its clients and its coordinator, as a specification."""
