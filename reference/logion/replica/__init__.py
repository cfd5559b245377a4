"""One partition: the rules of leader and follower, and the log under them."""
