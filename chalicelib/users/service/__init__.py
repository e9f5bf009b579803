"""Use-cases of the users service, one module a subject."""
