"""The edge of notifications."""
