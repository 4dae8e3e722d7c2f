"""What is due, when, and what became of it: plan, claim, send, receipts."""
