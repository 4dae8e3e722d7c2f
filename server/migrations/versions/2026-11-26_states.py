"""States, kinds and roles are words of a list: each of their columns gets a CHECK constraint."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RESPONDENTS = ("self", "hands", "helper")
SEVERITIES = ("soft", "hard", "red")
URGENCIES = ("today", "wait")
KINDS_OF_ACTOR = ("patient", "caregiver", "staff", "system")

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "appointment": {
        "status": ("proposed", "booked", "arrived", "fulfilled", "cancelled", "noshow"),
        "reply": ("coming", "cant", "another"),
        "replied_by": KINDS_OF_ACTOR,
    },
    "attempt": {
        "channel": ("push", "text", "email"),
        "state": ("sending", "accepted", "shown", "opened", "answered", "unknown", "failed"),
    },
    "audit_event": {"actor_kind": KINDS_OF_ACTOR},
    "check_in": {"state": ("waiting", "done", "partial", "missed", "cancelled")},
    "draft": {"party": ("patient", "helper"), "respondent": RESPONDENTS},
    "flag": {
        "severity": SEVERITIES,
        "urgency": URGENCIES,
        "outcome": ("called", "plan-changed", "visit-moved", "no-action", "expected"),
    },
    "patient": {
        "contact": ("", "call", "text", "helper"),
        "paused_why": ("hospital", "hospice", "death", "holiday", "consent-withdrawn", "own-wish", "other"),
    },
    "phone_call": {"outcome": ("reached", "left-message", "no-answer")},
    "plan": {"rhythm": ("weekly", "daily", "monthly", "before", "after")},
    "reminder": {
        "kind": ("visit", "change", "check-in", "nudge", "test", "sign", "alert", "on-call", "overdue"),
        "state": (
            "scheduled",
            "sending",
            "sent",
            "folded",
            "held",
            "cancelled",
            "missed",
            "unreached",
            "failed",
        ),
    },
    "response": {"status": ("completed", "in-progress"), "respondent": RESPONDENTS, "urgency": URGENCIES},
    "set_aside": {"respondent": RESPONDENTS},
    "staff": {"role": ("coordinator", "clinician", "admin")},
    "subscription": {"ended_why": ("gone", "denied", "turned-off", "signed-out", "replaced", "taken-over")},
    "trigger": {
        "condition": ("at-least", "worse-than-previous", "worse-than-first", "repeated", "missing"),
        "severity": SEVERITIES,
        "screen": ("", "breathing", "choking", "crisis", "fall"),
    },
}


def upgrade() -> None:
    strange = [found for table in WORDS for column in WORDS[table] if (found := _strange(table, column))]
    if strange:
        raise RuntimeError("these columns hold words that Interlude does not know: " + "; ".join(strange))
    for table, columns in WORDS.items():
        with op.batch_alter_table(table) as batch:
            for column, words in columns.items():
                batch.alter_column(column, type_=sa.String(20))
                batch.create_check_constraint(f"ck_{table}_{column}", sa.column(column).in_(words))


def _strange(table: str, column: str) -> str:
    """The words in this column that are not in the list."""
    words: sa.Select[str] = sa.select(sa.column(column, sa.String)).select_from(sa.table(table)).distinct()
    found = op.get_bind().scalars(words.where(sa.column(column).not_in(WORDS[table][column]))).all()
    return f"{table}.{column}: {', '.join(sorted(map(repr, found)))}" if found else ""


def downgrade() -> None:
    raise NotImplementedError("no step leads back: see Backups in docs/operating.md")
