"""Read a push service's response (RFC 8030 §5 and §7.3)."""

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from server.channels.protocol import Outcome, Result

LONGEST_WAIT = 6 * 3600.0  # seconds
_REASON = re.compile(r"[A-Za-z0-9_-]{1,40}")


def outcome_of(status: int, wait: float | None = None, reason: str = "") -> Outcome:
    """The outcome of an attempt by its HTTP status (RFC 8030 §5 and §7.3); `wait` is Retry-After in seconds."""
    result = _result_of(status)
    why = "redirect, not followed" if 300 <= status < 400 else reason
    return Outcome(result, status, why, wait if result is Result.LATER else None)


def _result_of(status: int) -> Result:
    match status:
        case 404 | 410:
            return Result.GONE
        case 400 | 401 | 403:
            return Result.REFUSED
        case 406 | 408 | 429:  # 406: the Windows service's 429; 408: the service got no whole request
            return Result.LATER
    if 200 <= status < 300:
        return Result.ACCEPTED
    if 300 <= status < 500:
        return Result.REJECTED
    return Result.LATER if 500 <= status < 600 else Result.UNKNOWN


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from `now`, 0 to 6 hours; None if missing or malformed (RFC 9110 §10.2.3: seconds, or a date)."""
    if value is None:
        return None
    if re.fullmatch(r"-?[0-9]+", value.strip()):
        return min(max(float(value), 0.0), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
        wait = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)


def service_reason(body: bytes) -> str:
    """The error's name in the response of Apple (`reason`) or Mozilla (`errno`); "" if there is none.

    We keep nothing else of the response, because it may repeat the address.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    reason = str(answer.get("reason") or answer.get("errno") or "") if isinstance(answer, dict) else ""
    return reason if _REASON.fullmatch(reason) else ""
