"""Check-in plans and due check-ins."""
