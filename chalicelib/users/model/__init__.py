"""Pure decisions of the users service: addresses, passwords, sessions, tokens, scopes."""
