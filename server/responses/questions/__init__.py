"""One question a page: what it shows, what follows, red flags, same as last time."""
