"""A trigger about pain, as the form sends it."""

PAIN = {"slug": "weekly-als", "item": "pain", "condition": "at-least", "amount": "5", "severity": "this-week"}
