"""Receipts: what a text says was bought, where and when, how sure that is, and which transaction it belongs to."""
