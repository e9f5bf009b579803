"""Use-cases of the security service, one module a subject."""
