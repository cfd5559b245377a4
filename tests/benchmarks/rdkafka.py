"""librdkafka itself, by ctypes: the library that confluent-kafka brings along.

Its own Python interface copies each message and takes a microsecond for it, which on
two cores is more than a broker takes. Here one call hands over a list of messages
that was made before, and whose bytes stay where they are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from ctypes import (
    POINTER,
    Structure,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_void_p,
    create_string_buffer,
)
from pathlib import Path

import confluent_kafka

PRODUCER = 0
BLOCK = 4
"""RD_KAFKA_MSG_F_BLOCK: wait while the queue is full."""

TEXT_SIZE = 512


class Message(Structure):
    """rd_kafka_message_t."""

    _fields_ = (
        ("error", c_int),
        ("topic", c_void_p),
        ("partition", c_int32),
        ("payload", c_void_p),
        ("size", c_size_t),
        ("key", c_void_p),
        ("key_size", c_size_t),
        ("offset", c_int64),
        ("private", c_void_p),
    )


def load() -> ctypes.CDLL:
    """Return the library, with the types of what we call."""
    package = Path(confluent_kafka.__file__).parent
    (path,) = package.with_name("confluent_kafka.libs").glob("librdkafka*")
    library = ctypes.CDLL(str(path))
    pointers = ("conf_new", "new", "topic_new")
    for name in pointers:
        getattr(library, f"rd_kafka_{name}").restype = c_void_p
    library.rd_kafka_conf_set.argtypes = (
        c_void_p,
        c_char_p,
        c_char_p,
        c_char_p,
        c_size_t,
    )
    library.rd_kafka_new.argtypes = (c_int, c_void_p, c_char_p, c_size_t)
    library.rd_kafka_topic_new.argtypes = (c_void_p, c_char_p, c_void_p)
    library.rd_kafka_produce_batch.argtypes = (
        c_void_p,
        c_int32,
        c_int,
        POINTER(Message),
        c_int,
    )
    library.rd_kafka_flush.argtypes = (c_void_p, c_int)
    return library


class Producer:
    """A producer for one partition of one topic, which sends one message for ever."""

    def __init__(
        self, settings: Mapping[str, object], topic: str, value: bytes, batch: int
    ) -> None:
        """Prepare to produce `value`, `batch` times with a call."""
        self._library = load()
        text = create_string_buffer(TEXT_SIZE)
        conf = self._library.rd_kafka_conf_new()
        for key, setting in settings.items():
            status = self._library.rd_kafka_conf_set(
                conf, key.encode(), str(setting).encode(), text, TEXT_SIZE
            )
            assert status == 0, text.value
        self._handle = self._library.rd_kafka_new(PRODUCER, conf, text, TEXT_SIZE)
        assert self._handle, text.value
        self._topic = self._library.rd_kafka_topic_new(
            self._handle, topic.encode(), None
        )
        self._value = create_string_buffer(value, len(value))
        address = ctypes.addressof(self._value)
        self._messages = (Message * batch)()
        for message in self._messages:
            message.payload, message.size = address, len(value)

    def produce(self, count: int) -> int:
        """Hand over up to a batch of messages; return how many were taken."""
        count = min(count, len(self._messages))
        taken: int = self._library.rd_kafka_produce_batch(
            self._topic, 0, BLOCK, self._messages, count
        )
        return taken

    def flush(self, timeout_ms: int) -> bool:
        """Wait until all are acknowledged; False if that takes too long."""
        status: int = self._library.rd_kafka_flush(self._handle, timeout_ms)
        return status == 0
