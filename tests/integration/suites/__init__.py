"""The test suites that client libraries keep of their own, run against a broker."""
