"""The offline bundle of due check-ins, and the sealed entries that a device sends later."""
