"""Messages of the text provider: their signature, their content, and what follows for reminders (case 128)."""
