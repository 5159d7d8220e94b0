"""What an embedded system would have sent."""
