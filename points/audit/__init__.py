"""The books check: the ledger recomputed from its postings by plain SQL."""
