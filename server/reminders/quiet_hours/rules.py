"""Pure rules of quiet hours: when a person hears of a reminder that falls due in them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from server.clock import to_utc, to_wall
from server.reminders.rules import Planned

DAY = timedelta(days=1)
EARLIER = timedelta(minutes=15)  # how long before quiet hours to send what they would make useless


@dataclass(frozen=True)
class Quiet:
    """Wall times between which a person wants no sound, in the person's zone; may span midnight."""

    start: time
    end: time
    zone: str


def read_quiet(start: str | None, end: str | None, zone: str) -> Quiet | None:
    """Quiet hours as a patient's row has them ("22:00", "08:00"); None if there are none."""
    if not start or not end:
        return None
    return Quiet(time.fromisoformat(start), time.fromisoformat(end), zone)


def heard_at(plan: Planned, quiet: Quiet | None, now: datetime) -> datetime:
    """When to send it: at its moment, or after quiet hours, or before them if it would be of little use after them.

    Of little use: less than half of the time from the moment to the expiry would be left.
    """
    if quiet is None:
        return plan.moment
    wall = to_wall(plan.moment, quiet.zone)
    if not _is_quiet(wall.time(), quiet):
        return plan.moment
    ends = wall.date() if wall.time() < quiet.end else wall.date() + DAY
    began = wall.date() if wall.time() >= quiet.start else wall.date() - DAY
    after = to_utc(datetime.combine(ends, quiet.end), quiet.zone)
    before = to_utc(datetime.combine(began, quiet.start), quiet.zone)
    if plan.expires_at - after >= (plan.expires_at - plan.moment) / 2:
        return after
    if before - EARLIER >= now or after >= plan.expires_at:
        return max(before - EARLIER, now)
    return after


def _is_quiet(wall: time, quiet: Quiet) -> bool:
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end
