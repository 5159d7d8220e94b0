"""The files that banks hand in."""
