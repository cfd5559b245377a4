"""Wire traces: recorded from real clients, replayed on another broker or release."""
