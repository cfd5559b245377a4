"""A small trio client: connection, producer, assigned consumer."""
