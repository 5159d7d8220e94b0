"""Alliance, banks, branches, neighborhoods, and who works there."""
