"""All that happens by the clock: the worker process and its recurring ticks."""
