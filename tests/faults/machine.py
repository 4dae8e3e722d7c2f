"""Random events in any order. The laws hold after each step."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from server.channels.protocol import Outcome, Result
from tests.cast import NOW
from tests.faults import laws
from tests.faults.life import ACCEPTED, Deadly, Sent
from tests.faults.life_database import LifeDatabase, subscribe
from tests.faults.peoples_acts import PeoplesActs

ANSWERS = {
    "accepted": ACCEPTED,
    "busy": Outcome(Result.LATER, 503),
    "429": Outcome(Result.LATER, 429, retry_after=900.0),
    "gone": Outcome(Result.GONE, 410),
    "refused": Outcome(Result.REFUSED, 403),
    "too long": Outcome(Result.REJECTED, 413),
    "unknown": Outcome(Result.UNKNOWN),
}
SECONDS = st.sampled_from((1, 20, 61, 300, 1800, 3600, 7200, 28800, 86400))
JUMPS = st.sampled_from((-7200, -3600, -900, 900, 3600, 7200))
DEADLY = st.builds(
    Deadly, st.sampled_from(("send", "commit")), st.sampled_from(("before", "after")), after=st.integers(1, 4)
)


class Lives(PeoplesActs):
    """People act, services answer, time passes. The runner sets `database`; `steps` counts the steps of all lives."""

    database: ClassVar[LifeDatabase]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__(self.database.new_life())
        self.life.on_send = self._judge
        self.broken: list[str] = []
        self.jumped = 0.0

    def _judge(self, sent: Sent) -> None:
        self.broken += laws.of_sending(self.life, sent)

    def teardown(self) -> None:
        try:
            if not self.broken:
                self._until_all_has_ended()
        finally:
            self.life.end()

    @rule(line=st.sampled_from(("push", "push", "text", "email")), says=st.sampled_from(sorted(ANSWERS)))
    def a_service_changes_its_answer(self, line: str, says: str) -> None:
        self.life.lines[line].says = ANSWERS[says]

    @rule(which=st.integers(0, 2), says=st.sampled_from(sorted(ANSWERS)))
    def one_phone_is_answered_otherwise(self, which: int, says: str) -> None:
        devices = [row["id"] for row in self.life.look("SELECT id FROM device ORDER BY id")]
        self.life.phones = {devices[which]: ANSWERS[says]}

    @rule(which=st.integers(0, 2))
    def a_phone_subscribes_anew(self, which: int) -> None:
        self.life.write(lambda db: subscribe(db, which, str(self.steps)))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.life.pass_time(seconds)
        self._tick()

    @rule()
    def time_passes_until_something_is_due(self) -> None:
        due = self.life.next_due()
        if due is not None:
            self.life.pass_time(max((due - self.life.now).total_seconds(), 0))
        self._tick()

    @rule(deadly=DEADLY, seconds=SECONDS)
    def the_worker_is_killed(self, deadly: Deadly, seconds: int) -> None:
        self.life.pass_time(seconds)
        self.life.crash(deadly)

    @rule(seconds=JUMPS)
    def the_clock_jumps(self, seconds: int) -> None:
        self.jumped += abs(seconds)
        self.life.now += timedelta(seconds=seconds)
        sent, missed = len(self.life.sent), self._missed()
        self._tick()
        if (
            not self.life.worker.watch.is_distrusted
        ):  # this jump undid the one before, and the worker does the work that waited
            self.broken += [f"missed before it expired: {one}" for one in self._missed() - missed if self._is_open(one)]
            return
        if len(self.life.sent) != sent:
            self.broken.append("the jump alone made something go out")
        if self._missed() != missed:
            self.broken.append("the jump alone made something missed")

    @invariant()
    def no_law_is_broken(self) -> None:
        type(self).steps += 1
        days = (self.life.now - NOW).days
        self.broken += [*laws.of_world(self.life), *laws.of_growth(self.life, self.changes, days)]
        assert not self.broken, self.broken

    def _tick(self) -> None:
        self.life.tick()
        if not self.life.worker.watch.is_distrusted:
            self.broken += laws.of_ticked(self.life)

    def _missed(self) -> set[str]:
        return {row["id"] for row in self.life.look("SELECT id FROM reminder WHERE state = 'missed'")}

    def _is_open(self, reminder: str) -> bool:
        (row,) = self.life.look("SELECT expires_at FROM reminder WHERE id = ?", reminder)
        return datetime.fromisoformat(row["expires_at"]).replace(tzinfo=UTC) > self.life.now

    def _until_all_has_ended(self) -> None:
        """A jump settles and days pass. Whatever is still open then was forgotten."""
        self.life.pass_time(400)
        self._tick()
        for _ in range(4):
            self.life.pass_time(86400)
            self._tick()
        self.broken += laws.of_end(self.life)
        assert not self.broken, self.broken
