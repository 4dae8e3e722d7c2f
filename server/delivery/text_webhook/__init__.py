"""What the text provider tells us: its signature, its message, and what follows for reminders (case 128)."""
