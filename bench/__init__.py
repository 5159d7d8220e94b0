"""Measurements, and a trial on a real bank's data. Nothing of the product imports this package."""
