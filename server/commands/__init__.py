"""The commands of `interlude`, one module each. `cli` loads the one that is asked for, and nothing of the others."""
