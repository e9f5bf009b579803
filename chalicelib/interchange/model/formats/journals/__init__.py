"""Books kept by double entry: journals of plain-text accounting, and what GnuCash keeps alike.

Each reader makes the same `Journal` of its file (`entries`); `flows` finds which money went where within a
transaction, and `statements` makes a statement of each account that holds money.
"""
