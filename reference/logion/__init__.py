"""logion: the system that Apache Kafka's documentation describes, made executable."""

__version__ = "0.1.0"
