"""The first version of the Open API."""
