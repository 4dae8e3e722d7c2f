"""One word for one thing: tables, columns and audit verbs get the glossary's names; states become checked words.

Sealed values are bound to names of their own (server.crypto.Sealed), so their ciphertexts still open.
"""

import sqlalchemy as sa
from alembic import op

from server.migrations import UnknownWords
from server.migrations.altering import altering

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = {"set_aside": "conflicting_version", "worker_beat": "worker_heartbeat", "breaker": "circuit_breaker"}

# New name of the table → the former and new names of its columns.
COLUMNS = {
    "attempt": {"late": "delay", "overtaken_at": "superseded_at", "why": "reason"},
    "caregiver": {"may_let_in": "may_approve"},
    "circuit_breaker": {"refused": "refused_by"},
    "clinic": {"reach": "channel_policy"},
    "draft": {"as_before": "copied", "party": "source"},
    "flag": {
        "done_at": "closed_at",
        "done_by": "closed_by",
        "news_at": "updated_at",
        "reason_sealed": "evidence_sealed",
        "rung": "contacts_notified",
        "told_at": "notified_at",
    },
    "guesses": {"who_hash": "source_hash"},
    "join_request": {"let_in_at": "approved_at"},
    "patient": {
        "helper_phone_sealed": "caregiver_phone_sealed",
        "helper_phone_tel_sealed": "caregiver_phone_tel_sealed",
        "paused_why": "pause_reason",
    },
    "reminder": {
        "lead_id": "carrier_id",
        "said_at": "notified_at",
        "step": "channel_index",
        "turn_at": "next_channel_at",
        "why": "reason",
    },
    "response": {"as_before": "copied"},
    "subscription": {"ended_why": "end_reason"},
    "worker_heartbeat": {"held_why": "stop_reason", "silent": "skipped_ticks"},
}

# Old name, new name, table, columns.
INDEXES = (
    ("ix_reminder_turn", "ix_reminder_next_channel", "reminder", ("state", "next_channel_at")),
    ("ix_reminder_said", "ix_reminder_notified", "reminder", ("patient_id", "notified_at")),
    ("ix_reminder_lead_id", "ix_reminder_carrier_id", "reminder", ("carrier_id",)),
    ("ix_set_aside_response_id", "ix_conflicting_version_response_id", "conflicting_version", ("response_id",)),
    ("ix_set_aside_clinic_id", "ix_conflicting_version_clinic_id", "conflicting_version", ("clinic_id",)),
)
UNIQUE = (
    ("uq_draft_check_in_id_party_link_id", "uq_draft_check_in_id_source_link_id", "draft"),
    ("uq_guesses_who_hash_window", "uq_guesses_source_hash_window", "guesses"),
    ("uq_breaker_service", "uq_circuit_breaker_service", "circuit_breaker"),
)
FOREIGN = (
    ("fk_reminder_lead_id", "fk_reminder_carrier_id", "reminder", "reminder"),
    ("fk_flag_done_by", "fk_flag_closed_by", "flag", "staff"),
    ("fk_set_aside_response_id", "fk_conflicting_version_response_id", "conflicting_version", "response"),
    ("fk_set_aside_clinic_id", "fk_conflicting_version_clinic_id", "conflicting_version", "clinic"),
)

VERBS = {
    "answer.as-before": "answer.copied",
    "appointment.reckoned": "appointment.recalculated",
    "caregiver.may-let-in": "caregiver.may-approve",
    "check-in.answer-overtaken": "check-in.answer-superseded",
    "check-in.as-before": "check-in.answers-copied",
    "check-in.laid-out": "check-in.scheduled",
    "check-in.reckoned": "check-in.recalculated",
    "clinic.reach": "clinic.channel-policy",
    "flag.hastened": "flag.brought-forward",
    "flag.news": "flag.updated",
    "flag.owned": "flag.taken",
    "flag.told": "flag.contact-notified",
    "pairing.let-in": "pairing.approved",
    "reminder.folded": "reminder.combined",
    "reminder.hastened": "reminder.brought-forward",
    "reminder.held": "reminder.skipped",
    "reminder.now": "reminder.sent-at-once",
    "reminder.overtaken": "reminder.superseded",
    "reminder.quieted": "reminder.moved-by-quiet-hours",
    "reminder.unfolded": "reminder.separated",
    "response.set-aside": "response.conflict-kept",
    "subscription.taken": "subscription.started",
}

RESPONDENTS = ("self", "hands", "helper")
SEVERITIES = ("this-week", "today", "urgent")
URGENCIES = ("today", "wait")
KINDS_OF_ACTOR = ("patient", "caregiver", "staff", "system")

# By the new names: the words that a column may hold.
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
    "conflicting_version": {"respondent": RESPONDENTS},
    "draft": {"source": ("patient", "helper"), "respondent": RESPONDENTS},
    "flag": {
        "severity": SEVERITIES,
        "urgency": URGENCIES,
        "outcome": ("called", "plan-changed", "visit-moved", "no-action", "expected"),
    },
    "patient": {
        "contact": ("", "call", "text", "caregiver"),
        "pause_reason": ("hospital", "hospice", "death", "holiday", "consent-withdrawn", "own-wish", "other"),
    },
    "phone_call": {"outcome": ("reached", "left-message", "no-answer")},
    "plan": {"rhythm": ("weekly", "daily", "monthly", "before", "after")},
    "reminder": {
        "kind": ("visit", "change", "check-in", "nudge", "test", "device-check", "alert", "on-call", "overdue"),
        "state": ("scheduled", "sending", "sent", "combined", "skipped", "cancelled", "missed", "unreached", "failed"),
    },
    "response": {"status": ("completed", "in-progress"), "respondent": RESPONDENTS, "urgency": URGENCIES},
    "staff": {"role": ("coordinator", "clinician", "admin")},
    "subscription": {"end_reason": ("gone", "denied", "turned-off", "signed-out", "replaced", "taken-over")},
    "trigger": {
        "condition": ("at-least", "worse-than-previous", "worse-than-first", "repeated", "missing"),
        "severity": SEVERITIES,
        "screen": ("", "breathing", "choking", "crisis", "fall"),
    },
}


# Words that were something else.
SEVERITY = {"soft": "this-week", "hard": "today", "red": "urgent"}
RENAMED_WORDS = {
    ("flag", "severity"): SEVERITY,
    ("trigger", "severity"): SEVERITY,
    ("patient", "contact"): {"helper": "caregiver"},
    ("reminder", "kind"): {"sign": "device-check"},
    ("reminder", "state"): {"folded": "combined", "held": "skipped"},
}


# Why something was not sent, as staff read it.
REASONS = {
    "reminder": {
        "overtaken by a change": "superseded by a change",
        "enough was said that day": "enough was sent that day",
    },
    "attempt": {
        "part of it was called off; it is written anew": "part of it was cancelled; it is written again",
    },
}


def upgrade() -> None:
    for old, new in TABLES.items():
        op.rename_table(old, new)
    for table, columns in COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")  # carries indexes along on both databases
    for old, new, table, columns_of_index in INDEXES:
        op.drop_index(old, table)
        op.create_index(new, table, list(columns_of_index))
    for (table, column), words in RENAMED_WORDS.items():
        for old, new in words.items():
            rows = sa.table(table, sa.column(column))
            op.execute(rows.update().where(rows.c[column] == old).values({column: new}))
    _map_reasons()
    _map_audit_log()
    strange = [found for table in WORDS for column in WORDS[table] if (found := _strange(table, column))]
    if strange:
        raise UnknownWords("these columns hold words that Interlude does not know: " + "; ".join(strange))
    for table in sorted({*WORDS, *(row[2] for row in (*UNIQUE, *FOREIGN)), *TABLES.values()}):
        _constrain(table)


def _map_reasons() -> None:
    for table, reasons in REASONS.items():
        rows = sa.table(table, sa.column("reason"))
        for old, new in reasons.items():
            op.execute(rows.update().where(rows.c.reason == old).values(reason=new))


def _map_audit_log() -> None:
    event = sa.table("audit_event", sa.column("verb"), sa.column("subject"))
    for old, new in VERBS.items():
        op.execute(event.update().where(event.c.verb == old).values(verb=new))
    for old, new in TABLES.items():
        op.execute(event.update().where(event.c.subject == old).values(subject=new))


def _strange(table: str, column: str) -> str:
    """The words in this column that are not in the list."""
    words: sa.Select[str] = sa.select(sa.column(column, sa.String)).select_from(sa.table(table)).distinct()
    found = op.get_bind().scalars(words.where(sa.column(column).not_in(WORDS[table][column]))).all()
    return f"{table}.{column}: {', '.join(sorted(map(repr, found)))}" if found else ""


def _constrain(table: str) -> None:
    """Add the table's CHECK constraints, and give those that name a renamed thing the new name."""
    before = {new: old for old, new in TABLES.items()}.get(table)
    with altering(table) as batch:
        for column, words in WORDS.get(table, {}).items():
            batch.alter_column(column, type_=sa.String(20))
            batch.create_check_constraint(f"ck_{table}_{column}", sa.column(column).in_(words))
        for old, new, _ in (row for row in UNIQUE if row[2] == table):
            batch.drop_constraint(old, type_="unique")
            batch.create_unique_constraint(new, _columns_in(new, table))
        for old, new, _, other in (row for row in FOREIGN if row[2] == table):
            batch.drop_constraint(old, type_="foreignkey")
            batch.create_foreign_key(new, other, [new.removeprefix(f"fk_{table}_")], ["id"])
        if before:
            batch.drop_constraint(f"pk_{before}", type_="primary")
            batch.create_primary_key(f"pk_{table}", ["id"])


def _columns_in(name: str, table: str) -> list[str]:
    """The columns of a unique constraint, which its name lists."""
    columns = {
        "draft": ["check_in_id", "source", "link_id"],
        "guesses": ["source_hash", "window"],
        "circuit_breaker": ["service"],
    }
    assert name == f"uq_{table}_" + "_".join(columns[table])
    return columns[table]


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
