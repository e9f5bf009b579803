"""Notifications' types and decisions: letters, tickets and socket messages."""
