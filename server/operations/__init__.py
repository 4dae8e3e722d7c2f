"""For operators: setting up, the keyring file, invitations from the command line."""
