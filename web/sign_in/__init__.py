"""Signing in by phone, and out."""
