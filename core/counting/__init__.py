"""How often something was done lately: counters with a window, for limits that keep a system from being worn out."""
