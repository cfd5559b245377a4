"""The wire: primitives, messages and versions as bytes, without sockets."""
