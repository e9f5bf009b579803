"""Use-cases of the currency service, a module a subject."""
