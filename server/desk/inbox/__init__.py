"""The inbox: its lists in pages, a flag opened in its row, the list of overdue answers."""
