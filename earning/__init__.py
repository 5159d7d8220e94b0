"""Events that come in, rules that decide, points that land."""
