"""Faults made on purpose, against real processes: after each the books must be whole and every answer true."""
