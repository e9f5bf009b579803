"""The users service on the wire, a module a subject."""
