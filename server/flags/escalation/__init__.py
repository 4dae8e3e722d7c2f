"""Escalation: telling the contacts on call about a flag, one after the other."""
