"""What Kafka guarantees, as executable specifications, and their checker."""
