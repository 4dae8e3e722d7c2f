"""Passkeys (WebAuthn): a device makes a passkey, signs in with it later, and loses it (case 66)."""
