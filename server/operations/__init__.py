"""What an operator runs: the keyring file."""
