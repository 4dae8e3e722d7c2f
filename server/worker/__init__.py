"""The worker process and its recurring ticks."""
