"""The whole loop tried on the data of a real bank: docs/trying-real-data.md."""
