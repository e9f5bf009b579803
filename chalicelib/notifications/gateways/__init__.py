"""Who is outside: the mail service and the WebSocket gateway."""
