"""Routes and workers of interchange."""
