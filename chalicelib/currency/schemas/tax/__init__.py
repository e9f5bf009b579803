"""Tax on the wire, a module a question."""
