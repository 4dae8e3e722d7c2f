"""What was answered: drafts, submit, conflicts, history, entry by phone; questions/ and offline/ beside."""
