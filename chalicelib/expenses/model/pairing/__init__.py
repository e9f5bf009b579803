"""Which two rows are one movement, or belong together: duplicates, pending, planned, transfers, refunds.

Pure deciders over small `Candidate`s. Evidence is counted in decibans (ten times the logarithm of the odds),
so that reasons add up and a sum reads as a probability: 20 are 99 percent. What is certain may be done
without asking; everything else is only ever proposed.
"""
