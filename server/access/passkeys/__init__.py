"""Passkeys (WebAuthn): a device makes one, signs in with it again, and loses it (case 66)."""
