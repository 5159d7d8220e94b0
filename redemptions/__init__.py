"""Codes shown, claimed, and points taken at the counter."""
