"""What every package stands on: errors, ids, clock, money, limits, progress."""
