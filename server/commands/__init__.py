"""The commands of `interlude`, one module each. `cli` loads only the module of the command that it runs."""
