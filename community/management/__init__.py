"""Commands of processes and set-up."""
