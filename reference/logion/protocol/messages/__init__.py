"""One module per API: its request, its response, every version of both."""
