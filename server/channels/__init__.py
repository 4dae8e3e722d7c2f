"""Channels that reach a person: push, email and text message, one file each behind one small protocol."""
