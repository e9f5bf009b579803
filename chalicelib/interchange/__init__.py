"""Statements in, exports out: reads what banks give their customers, shows it, orders the import.

Sign rule: a negative amount leaves the user, whatever the file's own habit was.
"""
