"""Notifications' use-cases: mails, and the live channel."""
