"""The edge of analytics."""
