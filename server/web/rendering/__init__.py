"""The parts of drawing a page that need no request."""
