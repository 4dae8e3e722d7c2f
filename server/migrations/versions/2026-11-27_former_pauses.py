"""Why messages stay paused once an end of care is reversed; who entered a version; since when a flag has its urgency.

And the indexes that pages need.
"""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

PAUSES = ("hospital", "hospice", "death", "holiday", "consent-withdrawn", "own-wish", "other")
ENDS_CARE = ("death", "hospice")
# An earlier version recorded a pause that stayed as resumed and paused at the same moment: the pause counts.
NEWEST_FIRST = sa.text(
    "SELECT verb, detail FROM audit_event WHERE subject_id = :patient_id"
    " AND verb IN ('patient.paused', 'patient.resumed') ORDER BY at DESC, verb"
).columns(detail=sa.JSON())


def upgrade() -> None:
    with altering("patient") as table:
        table.add_column(sa.Column("former_pause", sa.String(20), nullable=True))
        table.create_check_constraint("ck_patient_former_pause", sa.column("former_pause").in_(PAUSES))
    with altering("conflicting_version") as table:
        table.add_column(sa.Column("entered_by", sa.String(32), nullable=True))
        table.create_foreign_key("fk_conflicting_version_entered_by", "staff", ["entered_by"], ["id"])
    op.add_column("flag", sa.Column("urgency_at", sa.DateTime(timezone=True)))
    op.create_index("ix_device_successor_id", "device", ["successor_id"])
    op.create_index("ix_pairing_code_browser_id", "pairing_code", ["browser_id"])
    op.create_index("ix_flag_patient_id", "flag", ["patient_id"])
    op.create_index("ix_check_in_plan", "check_in", ["plan_id", "due_at"])
    op.create_index("ix_reminder_ending", "reminder", ["clinic_id", "expires_at"])
    _fill_former_pauses()


def _fill_former_pauses() -> None:
    """Read them from the audit log, which until now was their only record."""
    database = op.get_bind()
    patients = sa.table("patient", sa.column("id"), sa.column("pause_reason"), sa.column("former_pause"))
    ended = sa.select(patients.c.id).where(patients.c.pause_reason.in_(ENDS_CARE))
    for (patient_id,) in database.execute(ended).all():
        former = _former_pause(database, patient_id)
        database.execute(patients.update().where(patients.c.id == patient_id).values(former_pause=former))


def _former_pause(database: sa.Connection, patient_id: str) -> str | None:
    for verb, detail in database.execute(NEWEST_FIRST, {"patient_id": patient_id}).all():
        if verb == "patient.resumed":
            return None
        why = detail.get("why")
        if why not in ENDS_CARE:
            return str(why) if why in PAUSES else "other"
    return None


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
