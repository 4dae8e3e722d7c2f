"""In and out: iCalendar."""
