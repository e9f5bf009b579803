"""When something comes again: rules and their days, their instants, and finding them in a history.

All of it is calendar arithmetic on days of the user's own zone; only `instants` knows zones.
"""
