"""The shell: listeners, one task per connection, the dispatch table, handlers."""
