"""The inbox: its lists a page at a time, one flag opened in its place, the list of who owes an answer."""
