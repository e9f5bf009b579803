"""The edge of currency."""
