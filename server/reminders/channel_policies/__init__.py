"""Channel policies: which channels a reminder uses, in which order, and how long we wait before the next one."""
