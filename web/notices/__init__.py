"""What news becomes a message, and to whom."""
