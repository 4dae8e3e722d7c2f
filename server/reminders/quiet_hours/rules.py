"""Pure rules of quiet hours: when to send a reminder that falls due in them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from server.clock import on_day, to_wall
from server.reminders.rules import Planned
from server.reminders.states import ReminderKind

DAY = timedelta(days=1)
EARLIER = timedelta(minutes=15)  # how long before quiet hours to send a reminder that they would make useless
ENOUGH = timedelta(hours=1)  # to answer a check-in after quiet hours
ANSWERED = (ReminderKind.CHECK_IN, ReminderKind.NUDGE)
# Kinds that wait for the end of quiet hours. Changes of visits, tests and messages to staff sound at any hour.
QUIETED = (ReminderKind.VISIT, *ANSWERED, ReminderKind.DEVICE_CHECK)


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
    """When to send it first: at its moment, or after quiet hours; a visit's also before them.

    No check-in is announced before the patient can answer it: if the end of quiet hours is too late, it is announced as
    it opens (case 153). A visit's reminder goes out before quiet hours if less than half of the time from its moment to
    its expiry would be left after them.
    """
    if quiet is None or plan.kind not in QUIETED or not is_quiet(plan.moment, quiet):
        return plan.moment
    after = _end(plan.moment, quiet)
    if plan.kind in ANSWERED:
        return after if _is_useful(plan, after) else plan.moment
    if plan.expires_at - after >= (plan.expires_at - plan.moment) / 2:
        return after
    before = _start(plan.moment, quiet) - EARLIER
    if before >= now or after >= plan.expires_at:
        return max(before, now)
    return after


def waits_until(plan: Planned, quiet: Quiet | None, now: datetime, is_first: bool) -> datetime | None:
    """The end of quiet hours for which a due attempt must wait; None if it may go out now (case 155).

    This holds for each channel and each retry. If waiting would be too late, a visit may still be announced, and a
    check-in only on its first channel (`is_first`).
    """
    if quiet is None or plan.kind not in QUIETED or not is_quiet(now, quiet):
        return None
    ends = _end(now, quiet)
    if _is_useful(plan, ends):
        return ends
    return None if is_first or plan.kind == ReminderKind.VISIT else min(ends, plan.expires_at)


def _is_useful(plan: Planned, at: datetime) -> bool:
    """Whether it still helps at this time: before a visit begins, or with enough time left to answer."""
    return at + ENOUGH <= plan.expires_at if plan.kind in ANSWERED else at < plan.expires_at


def _end(moment: datetime, quiet: Quiet) -> datetime:
    """The end of the quiet hours that contain `moment`."""
    wall = to_wall(moment, quiet.zone)
    return on_day(wall.date() if wall.time() < quiet.end else wall.date() + DAY, quiet.end, quiet.zone)


def _start(moment: datetime, quiet: Quiet) -> datetime:
    """The start of the quiet hours that contain `moment`."""
    wall = to_wall(moment, quiet.zone)
    return on_day(wall.date() if wall.time() >= quiet.start else wall.date() - DAY, quiet.start, quiet.zone)


def is_quiet(moment: datetime, quiet: Quiet) -> bool:
    wall = to_wall(moment, quiet.zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end
