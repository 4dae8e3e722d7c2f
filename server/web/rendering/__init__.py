"""Parts of drawing a page that do not ask for a request."""
