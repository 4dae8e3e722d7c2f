"""Calls that staff logged; who entered a response by phone; the newest audit events of a clinic."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "phone_call",
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("clinic_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_phone_call_patient_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_phone_call_staff_id"),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name="fk_phone_call_clinic_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phone_call"),
    )
    op.create_index("ix_phone_call_clinic_id", "phone_call", ["clinic_id"])
    op.create_index("ix_phone_call_patient", "phone_call", ["patient_id", "at"])
    with altering("response") as table:
        table.add_column(sa.Column("entered_by", sa.String(32), nullable=True))
        table.create_foreign_key("fk_response_entered_by", "staff", ["entered_by"], ["id"])
    op.create_index("ix_response_unopened", "response", ["clinic_id", "opened_at", "received_at"])
    op.create_index("ix_check_in_unanswered", "check_in", ["clinic_id", "state", "due_at"])
    op.create_index("ix_audit_event_newest", "audit_event", ["clinic_id", "at"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
