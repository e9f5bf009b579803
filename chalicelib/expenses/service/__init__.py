"""The ledger's use-cases: load, decide, put into the unit of work, tell."""
