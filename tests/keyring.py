"""The keyring with which all tests seal."""

from server import crypto

KEYRING = crypto.new_keyring()
