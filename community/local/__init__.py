"""Everything on one machine: the embedded database, the processes and their supervisor, phones to try it with."""
