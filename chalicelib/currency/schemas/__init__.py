"""Wire shapes of the currency service, a module a subject."""
