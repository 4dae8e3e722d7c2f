"""One question per page: question pages, red-flag screens, "same as last time"."""
