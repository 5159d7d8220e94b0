"""Merchants, outlets, cashiers."""
