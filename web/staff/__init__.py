"""Staff: the admin site, its first page, menu and look, and the pages of the ledger."""
