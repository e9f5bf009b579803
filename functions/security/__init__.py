"""Handlers of the security service."""
