"""For operators: setting up, the keyring file, letting people in from the command line."""
