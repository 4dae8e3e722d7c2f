"""Staff accounts: invitation, password and one-time codes, sign-in."""
