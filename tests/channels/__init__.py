"""Tests of the channels. Push runs against misbehaving services, over real sockets on loopback."""
