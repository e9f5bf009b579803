"""What analytics says on the wire, a module a subject."""
