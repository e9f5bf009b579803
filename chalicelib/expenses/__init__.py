"""The ledger: accounts, transactions, categories and rules.

The sign of an amount says where the money goes, here and in every service above: a negative amount leaves
the user, a positive one comes in.
"""
