"""What Kafka guarantees, as executable specifications, and the checker that explores them."""
