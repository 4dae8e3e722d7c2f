"""Pure rules: when an answer was given, by our clock, whatever the device's clock says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.checkins.rules import ANSWERED_LATE

CLOCK_SLACK = timedelta(minutes=5)
FIRST_SHOWN, LAST_SHOWN = (datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")) for year in (1970, 2200))
CLOCK_OFF = timedelta(minutes=1)  # a larger difference is not network delay


def on_our_clock(answered_at: datetime, device_time: datetime | None, now: datetime) -> datetime:
    """When it was answered, on our clock. `device_time` is the device's time when it sends, to correct a wrong clock.

    Returns `now` if the result is still in the future or years off (cases 42, 43).
    """
    here = now if device_time is None or abs(now - device_time) <= CLOCK_OFF else device_time
    ago = here - answered_at  # by one and the same clock; subtracted only if plausible, or it could overflow
    return now - ago if -CLOCK_SLACK <= ago <= ANSWERED_LATE else now


def showable(claimed: datetime) -> datetime:
    """Limit to years that every time zone can convert; which far year a device claimed does not matter."""
    return min(max(claimed, FIRST_SHOWN), LAST_SHOWN)
