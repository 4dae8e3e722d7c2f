"""The pages where staff read and write triggers, with a preview on past answers."""
