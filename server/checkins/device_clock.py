"""Pure rules: when an answer was given, by our clock, whatever the device's clock says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.checkins.rules import ANSWERED_LATE

CLOCK_SLACK = timedelta(minutes=5)
FIRST_SHOWN, LAST_SHOWN = (datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")) for year in (1970, 2200))
CLOCK_OFF = timedelta(minutes=1)  # a larger difference is not network delay


def on_our_clock(answered_at: datetime, device_time: datetime | None, now: datetime) -> datetime:
    """When the patient answered, by our clock. `device_time`: the device's time on sending, to correct a wrong clock.

    Returns `now` if the result is still in the future or years off (cases 42, 43).
    """
    here = now if device_time is None or abs(now - device_time) <= CLOCK_OFF else device_time
    ago = here - answered_at  # both by the same clock; subtracted from `now` only if plausible, or it could overflow
    return now - ago if -CLOCK_SLACK <= ago <= ANSWERED_LATE else now


def showable(claimed: datetime) -> datetime:
    """Limit a claimed time to years that every time zone can convert; it does not matter which far year it was."""
    return min(max(claimed, FIRST_SHOWN), LAST_SHOWN)
