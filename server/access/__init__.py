"""Sign-in and permissions: guards, sessions, passkeys, staff accounts, guess limits. See joining/ for new devices."""
