"""Who clients are: credentials, as they are stored and changed. Pure."""
