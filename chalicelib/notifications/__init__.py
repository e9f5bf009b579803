"""Notifications: what happened, brought to the person: by mail, and at once over a WebSocket.

Effects outside cannot be taken back by a transaction, so they happen at least once: a mail is claimed
before it is sent, a push carries the id of its event so that a client can tell a repeat.
"""
