"""Third parties of the ledger: one file each."""
