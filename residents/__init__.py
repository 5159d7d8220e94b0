"""Residents and their links to banks."""
