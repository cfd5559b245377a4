"""The cases, by area; each cites the clause it tests."""
