"""Laws that hold at every moment of a life, each as a small query on the database and on what was sent."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.channels.protocol import Result
from server.db.sqlite_library import sqlite3
from server.reminders.rules import MOST_TRIES
from tests.faults.life import Life, Sent

SURELY_NOT = (Result.LATER, Result.REFUSED, Result.REJECTED, Result.GONE)
A_REMINDER = """
SELECT r.*, p.paused_at, a.status, a.reply, a.starts, a.zone, a.starts_at
FROM reminder r JOIN patient p ON p.id = r.patient_id LEFT JOIN appointment a ON a.id = r.subject_id
"""


def of_sending(life: Life, sent: Sent) -> Iterator[str]:
    """What is wrong with sending this now."""
    found = life.look(A_REMINDER + "WHERE r.id = ?", sent.message.id)
    if not found:
        yield "sent under a Topic that is no reminder's"
        return
    row = found[0]
    if sent.clock_in_doubt:
        yield "sent while the clock was in doubt"
    if row["paused_at"]:
        yield "sent while paused"
    if moment(row["expires_at"]) <= life.now:
        yield "sent after its end"
    if row["kind"] == "visit":
        yield from _of_visit(row, life.now)
    yield from _twice(life, sent)


def _of_visit(row: sqlite3.Row, now: datetime) -> Iterator[str]:
    if row["status"] not in ("booked", "arrived"):
        yield f"sent of a visit that is {row['status']}"
    if row["reply"] not in (None, "coming"):
        yield "sent to someone who can't come"
    if moment(row["starts_at"]) <= now:
        yield "sent of a visit that has begun"
    if not _fits(row):
        yield "sent of the visit's old time"


def _fits(row: sqlite3.Row) -> bool:
    """Whether it is a reminder at the visit's time, or the announcement of a visit booked less than two hours ahead."""
    ahead = moment(row["starts_at"]) - moment(row["moment"])
    return moment(row["moment"]) in moments_of(row) or timedelta() < ahead < timedelta(hours=2)


def moments_of(row: sqlite3.Row) -> set[datetime]:
    starts = datetime.fromisoformat(row["starts"])
    days = [datetime.combine(starts.date() - timedelta(days=n), time(10)) for n in (3, 1)]
    at = {day.replace(tzinfo=ZoneInfo(row["zone"])).astimezone(UTC) for day in days}
    return at | {moment(row["starts_at"]) - timedelta(hours=2)}


def _twice(life: Life, sent: Sent) -> Iterator[str]:
    """An accepted push is never sent to that phone again.

    Another channel's message that may have gone is never repeated.
    """
    before = [one for one in life.sent if one.message.id == sent.message.id and one.to == sent.to]
    if sent.channel == "push":
        if any(one.learned and one.outcome and one.outcome.result is Result.ACCEPTED for one in before):
            yield "pushed again what was taken"
        if any(
            one.learned and one.outcome and one.outcome.result is Result.GONE for one in life.sent if one.to == sent.to
        ):
            yield "pushed to an address that has ended"
    elif any(not one.outcome or one.outcome.result not in SURELY_NOT for one in before):
        yield f"a second {sent.channel}"


def of_world(life: Life) -> Iterator[str]:
    """What is wrong at any moment."""
    for row in life.look(A_REMINDER + "WHERE r.kind = 'visit' AND r.state IN ('scheduled', 'sending')"):
        if row["status"] not in ("booked", "arrived"):
            yield f"still to be said of a visit that is {row['status']}"
        if not _fits(row):
            yield "still to be said of the visit's old time"
    if life.look("SELECT id FROM reminder WHERE kind = 'change' AND reason = 'replanned'"):
        yield "a change that nobody was told of"
    sent = Counter(
        (row["subject_id"], row["kind"], row["moment"], row["audience"])
        for row in life.look("SELECT subject_id, kind, moment, audience FROM reminder")
    )
    if any(n > 1 for n in sent.values()):
        yield "two reminders of one moment"


def of_ticked(life: Life) -> Iterator[str]:
    """What is wrong just after a complete tick of a worker that does not wait for the clock."""
    for row in life.look("SELECT * FROM reminder WHERE state = 'scheduled' AND next_at <= ?", stored(life.now)):
        yield f"a {row['kind']} was due and was left"
    for row in life.look("SELECT * FROM reminder WHERE state = 'sending' AND lease_until <= ?", stored(life.now)):
        yield f"a {row['kind']} is stuck in sending past its lease"


def of_growth(life: Life, changes: int, days: int) -> Iterator[str]:
    """The number of rows grows with people's acts and with days, never with ticks."""
    reminders = life.look("SELECT count(*) AS n FROM reminder")[0]["n"]
    attempts = life.look("SELECT count(*) AS n FROM attempt")[0]["n"]
    if reminders > 10 * (days + 10) + 5 * changes:
        yield f"{reminders} reminders after {changes} changes and {days} days"
    if attempts > 3 * (MOST_TRIES + life.crashes) * 3 * reminders:
        yield f"{attempts} attempts at {reminders} reminders"


def of_end(life: Life) -> Iterator[str]:
    """What is wrong once everything has passed the time in which it is useful."""
    for row in life.look("SELECT * FROM reminder WHERE state IN ('scheduled', 'sending')"):
        if moment(row["expires_at"]) <= life.now:
            yield f"a {row['kind']} never ended: {row['state']}"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stored(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
