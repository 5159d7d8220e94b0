"""The ledger: wallets, issuers, accounts, transfers. It knows no people."""
