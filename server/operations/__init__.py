"""For operators: the keyring file."""
