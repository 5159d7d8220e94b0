"""Security events: who signed in, who let whom in, who took a copy. Kept for good, written by one function."""
