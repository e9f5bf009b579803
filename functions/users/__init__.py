"""Handlers of the users service."""
