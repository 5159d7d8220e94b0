"""Named writes, by topic: terms, exposure cap, suspension."""
