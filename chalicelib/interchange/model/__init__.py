"""The pure part of interchange: no I/O, no clock, no storage."""
