"""What goes out: a ledger as a file of a format, written as a stream."""
