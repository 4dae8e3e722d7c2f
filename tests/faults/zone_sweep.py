"""Every clock change of every zone in ten years: no reminder or check-in around it is wrong or doubled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from server.checkins import occasions
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.reminders.rules import VISIT_OFFSETS, Offset, plan_appointment
from tests.faults.offsets import Offsets, Transition, offsets_of, transitions

AROUND = (-180, -61, -60, -30, -1, 0, 1, 30, 59, 60, 61, 180, 24 * 60, 2 * 24 * 60, 3 * 24 * 60)  # minutes
RHYTHMS = ("daily", "weekly", "monthly")


@dataclass
class Sweep:
    zones: int = 0
    transitions: int = 0
    checks: int = 0
    wrong: list[str] = field(default_factory=list)


def sweep(zones: Iterable[str], every: int = 1, first: int = 0) -> Sweep:
    """Sweep the clock changes of all zones: one in `every` of each zone, starting with number `first`."""
    found = Sweep()
    for zone in zones:
        found.zones += 1
        for transition in transitions(zone)[first % every :: every]:
            found.transitions += 1
            for each in (*_visits(transition), *_check_ins(transition), *_around_visits(transition)):
                found.checks += 1
                if each:
                    found.wrong.append(f"{zone} {transition.at.isoformat()}: {each}")
    return found


def walls(transition: Transition) -> list[datetime]:
    """Wall times before, in and after the hours that the change skips or repeats."""
    edges = [_wall(transition.at, transition.before), _wall(transition.at, transition.after)]
    near = {edge + timedelta(minutes=minutes) for edge in edges for minutes in AROUND}
    return sorted(near | {edges[0] + (edges[1] - edges[0]) / 2})


def _wall(moment: datetime, offset: timedelta) -> datetime:
    return (moment + offset).replace(tzinfo=None)


def _visits(transition: Transition) -> Iterator[str]:
    """Visits at those times with our reminders, and visits after them with reminders at those times of day."""
    offsets = offsets_of(transition.zone)
    now = transition.at - timedelta(days=10)
    for wall in walls(transition):
        yield _planned(offsets, wall, now, VISIT_OFFSETS)
        own = (Offset(days=1, at=wall.time()), Offset(days=2, at=wall.time()), Offset(hours=1))
        yield _planned(offsets, wall + timedelta(days=1), now, own)


def _planned(offsets: Offsets, starts: datetime, now: datetime, wanted: tuple[Offset, ...]) -> str:
    planned = plan_appointment(starts, offsets.zone, now, wanted)
    begins = offsets.moment_of(starts)
    expected = sorted({m for m in (_moment(offsets, starts, each) for each in wanted) if now <= m < begins})
    if [plan.moment for plan in planned] != expected:
        return f"a visit at {starts}: {[plan.moment.isoformat() for plan in planned]}"
    if [plan.expires_at for plan in planned] != [*expected[1:], begins][: len(expected)]:
        return f"a visit at {starts}: ends {[plan.expires_at.isoformat() for plan in planned]}"
    return ""


def _moment(offsets: Offsets, starts: datetime, offset: Offset) -> datetime:
    if offset.at is None:
        return offsets.moment_of(starts) - timedelta(hours=offset.hours)
    return offsets.moment_of(datetime.combine(starts.date() - timedelta(days=offset.days), offset.at))


def _check_ins(transition: Transition) -> Iterator[str]:
    """Scheduled at once, and in windows that meet at the change, the check-ins are the same and none is doubled."""
    offsets = offsets_of(transition.zone)
    since, until = transition.at - timedelta(days=4, minutes=7), transition.at + timedelta(days=4, minutes=7)
    for wall in walls(transition)[::2]:
        for name in RHYTHMS:
            rhythm = Timing(Rhythm(name), wall.time(), wall.date() - timedelta(days=400), wall.weekday())
            rhythm = Timing(Rhythm(name), rhythm.at, rhythm.starts_on.replace(day=min(wall.day, 28)), rhythm.weekday)
            whole = [each.due_at for each in occasions.occasions(rhythm, offsets.zone, since, until)]
            parts = [
                each.due_at
                for start, end in ((since, transition.at), (transition.at, until))
                for each in occasions.occasions(rhythm, offsets.zone, start, end)
            ]
            expected = [m for m in _days(offsets, rhythm, wall.date()) if since <= m < until]
            yield "" if whole == expected else f"{name} at {rhythm.at}: {[m.isoformat() for m in whole]}"
            yield "" if parts == expected else f"{name} at {rhythm.at} in two windows: {len(parts)}"


def _days(offsets: Offsets, rhythm: Timing, middle: date) -> list[datetime]:
    days = [middle + timedelta(days=n) for n in range(-9, 10)]
    return [offsets.moment_of(datetime.combine(day, rhythm.at)) for day in days if _is_wanted(rhythm, day)]


def _is_wanted(rhythm: Timing, day: date) -> bool:
    if rhythm.rhythm == "weekly":
        return day.weekday() == rhythm.weekday
    return rhythm.rhythm == "daily" or day.day == min(rhythm.starts_on.day, 28)


def _around_visits(transition: Transition) -> Iterator[str]:
    """The readiness check-in the day before and the after check-in the day after, in the patient's zone."""
    offsets, clinic = offsets_of(transition.zone), "America/New_York"
    for wall in walls(transition)[::3]:
        starts = offsets_of(clinic).moment_of(wall.replace(hour=12))
        day = (starts + offsets.at(starts)).date()
        for name, then in (("before", day - timedelta(days=1)), ("after", day + timedelta(days=1))):
            rhythm = Timing(Rhythm(name), wall.time(), day)
            asked = occasions.around_appointment(
                rhythm, wall.replace(hour=12), clinic, offsets.zone, starts - timedelta(days=9)
            )
            due = offsets.moment_of(datetime.combine(then, wall.time()))
            yield "" if asked and asked.due_at == due else f"{name} a visit at {wall}: {asked}"
