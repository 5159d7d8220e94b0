"""Pictures of every page in every mode."""
