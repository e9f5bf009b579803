"""What the ledger decides: pure types and rules, without I/O and without a clock."""
