"""A neighborhood to try: two banks, their branches and shops, and three months of life up to today."""
