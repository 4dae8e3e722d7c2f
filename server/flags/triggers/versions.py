"""The clinic's triggers: the defaults, and how staff change one. We keep all versions."""

import json
from dataclasses import dataclass
from pathlib import Path

from server import audit
from server.actor import Role
from server.db import Work
from server.flags.models import TriggerVersion
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.lists import follower
from server.flags.triggers.rules import Trigger
from server.people.rules import Refused

DEFAULTS = Path(__file__).parent / "defaults.json"


async def publish_triggers(work: Work) -> None:
    """Give a new clinic the default triggers."""
    for slug, defaults in json.loads(DEFAULTS.read_text()).items():
        for default in defaults:
            row = TriggerVersion(clinic_id=work.actor.clinic_id, slug=slug, began_at=work.now, **default)
            work.db.add(row)
            audit.record(work, "trigger.began", row)
    await work.db.flush()


EDITORS = (Role.CLINICIAN, Role.ADMIN)


@dataclass(frozen=True)
class Rule:
    """A trigger as staff write it."""

    slug: str
    item: str
    condition: Condition
    amount: int = 0
    times: int = 1
    severity: Severity = Severity.TODAY
    screen: Screen = Screen.NONE
    message: str = ""

    def trigger(self, trigger_id: str = "") -> Trigger:
        return Trigger(trigger_id, self.item, self.condition, self.amount, self.severity, self.screen, self.times)


def as_rule(row: TriggerVersion) -> Rule:
    return Rule(row.slug, row.item, row.condition, row.amount, row.times, row.severity, row.screen, row.message)


async def write(work: Work, rule: Rule, instead_of: TriggerVersion | None, reason: str = "") -> TriggerVersion | None:
    """Begin a trigger and end `instead_of`, if given, because triggers are never changed in place.

    None if a colleague has ended or changed `instead_of` meanwhile.
    """
    if instead_of is not None and not await end(work, instead_of, reason):
        return None
    return await _begin(work, rule, instead_of)


async def _begin(work: Work, rule: Rule, follows: TriggerVersion | None) -> TriggerVersion:
    row = TriggerVersion(
        clinic_id=work.actor.clinic_id,
        began_at=work.now,
        began_by=work.actor.id,
        follows_id=follows.id if follows else None,
        **vars(rule),
    )
    work.db.add(row)
    await work.db.flush()
    audit.record(work, "trigger.began", row, severity=rule.severity)
    return row


async def end(work: Work, row: TriggerVersion, reason: str) -> bool:
    """End the trigger: it raises nothing more, but its flags stay. False if a colleague ended it first."""
    await work.db.refresh(row, with_for_update={"key_share": True})
    if row.ended_at is not None:
        return False
    row.ended_at, row.ended_by, row.end_reason = work.now, work.actor.id, reason or None
    audit.record(work, "trigger.ended", row)
    return True


async def restore(work: Work, row: TriggerVersion, reason: str) -> TriggerVersion | Refused:
    """Undo an end or a change: the trigger begins again as it was, and its successor ends.

    Refused: "stale" if it is in force, or if its successor was changed or ended since, because that decision stands;
    "reason" if it is weaker than the one in force, and no reason is given.
    """
    await work.db.refresh(row, with_for_update={"key_share": True})
    after = await follower(work.db, row)
    if not is_restorable(row, after):
        return Refused("stale")
    if after is not None and not reason and weakens(row, after):
        return Refused("reason")
    if after is not None and not await end(work, after, reason):
        return Refused("stale")
    return await _begin(work, as_rule(row), after or row)


def weakens(row: TriggerVersion, in_force: TriggerVersion) -> bool:
    """Whether `row` would protect patients less than the trigger in force."""
    return trigger_rules.weakens(as_rule(in_force).trigger(), as_rule(row).trigger())


def is_restorable(row: TriggerVersion, after: TriggerVersion | None) -> bool:
    """Whether nothing else was decided since `row` ended. `after` is the trigger that replaced it, if any."""
    if row.ended_at is None:
        return False
    return after is None or (after.ended_at is None and as_rule(after) != as_rule(row))
