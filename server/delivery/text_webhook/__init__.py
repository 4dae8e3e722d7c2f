"""Messages of the text provider: their signature, their content, and their effect on reminders (case 128)."""
