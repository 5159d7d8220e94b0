"""The day closed: statements and what banks owe each other."""
