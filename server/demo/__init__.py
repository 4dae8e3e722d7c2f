"""A realistic demo, created by the real functions: two clinics, their staff, a dozen patients with weeks of answers."""

from server.demo.invite import Invitation, invite
from server.demo.seed import seed_when_empty

__all__ = ["Invitation", "invite", "seed_when_empty"]
