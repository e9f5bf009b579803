"""Use-cases of analytics, one module a subject."""
