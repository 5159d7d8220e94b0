"""JSON for residents."""
