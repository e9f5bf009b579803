"""People: sign-up, e-mail check, sign-in, sessions and profile. Owns passwords and refresh tokens."""
