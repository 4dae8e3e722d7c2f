"""Channels: push against services that misbehave, over real sockets on loopback."""
