"""Staff pages to read and write triggers, with a preview on past answers."""
