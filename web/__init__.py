"""Pages and small JSON answers for people: residents and cashiers."""
