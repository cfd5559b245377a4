"""The tools, with Kafka's names and flags."""
