"""Currencies, their rates by day, conversion with its proof, and tax: facts and sums, nobody's ledger.

A rate is never guessed: what is not known is refused or flagged, and every answer names rate, day and source.
"""
