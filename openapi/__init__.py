"""JSON for partner systems."""
