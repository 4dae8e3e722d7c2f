"""Who may come in: guards, sessions, passkeys, staff accounts, guess limits; joining has a folder of its own."""
