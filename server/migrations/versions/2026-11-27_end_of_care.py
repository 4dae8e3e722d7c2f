"""A patient's death or hospice care, and the visits that it cancelled."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WHY = ("hospital", "hospice", "death", "holiday", "consent-withdrawn", "own-wish", "other")


def upgrade() -> None:
    op.create_table(
        "end_of_care",
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("pause_reason", sa.String(20), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(32), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.String(32), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("clinic_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_end_of_care"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_end_of_care_patient_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name="fk_end_of_care_ended_by"),
        sa.ForeignKeyConstraint(["reversed_by"], ["staff.id"], name="fk_end_of_care_reversed_by"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_end_of_care_clinic_id"),
        sa.CheckConstraint(sa.column("pause_reason").in_(WHY), name="ck_end_of_care_pause_reason"),
    )
    op.create_index("ix_end_of_care_patient_id", "end_of_care", ["patient_id"])
    op.create_index("ix_end_of_care_clinic_id", "end_of_care", ["clinic_id"])
    with altering("appointment") as batch:
        batch.add_column(sa.Column("end_of_care_id", sa.String(32), nullable=True))
        batch.create_foreign_key("fk_appointment_end_of_care_id", "end_of_care", ["end_of_care_id"], ["id"])
    _take_over_pauses()


def _take_over_pauses() -> None:
    """Deaths and hospice care were pauses until now. Nobody recorded who had set them."""
    database = op.get_bind()
    paused = sa.text(
        "SELECT id, clinic_id, pause_reason, paused_at FROM patient WHERE pause_reason IN ('death', 'hospice')"
    ).columns(paused_at=sa.DateTime(timezone=True))
    ended = sa.table(
        "end_of_care", *(sa.column(name) for name in ("id", "clinic_id", "patient_id", "pause_reason", "ended_at"))
    )
    for patient_id, clinic_id, why, at in database.execute(paused).all():
        row = {"id": uuid4().hex, "clinic_id": clinic_id, "patient_id": patient_id, "pause_reason": why, "ended_at": at}
        database.execute(ended.insert().values(row))


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
