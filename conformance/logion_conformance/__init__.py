"""Cases that judge any broker against the documented guarantees and the protocol."""
