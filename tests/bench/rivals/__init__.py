"""Other ways to send due reminders by web push, each written to be fast, for `tests.bench.sending` to compare with."""
