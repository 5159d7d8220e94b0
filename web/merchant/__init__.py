"""JSON for cashiers."""
