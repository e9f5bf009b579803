"""The edge of the ledger."""
