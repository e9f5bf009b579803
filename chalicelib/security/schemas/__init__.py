"""The security service on the wire, a module a subject."""
