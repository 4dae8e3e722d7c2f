"""The birth date and record number of a patient; an email address may have an account in several clinics."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("birth_date_sealed", "record_number_sealed"):
        op.add_column("patient", sa.Column(column, sa.LargeBinary(), nullable=True))
    with altering("staff") as batch:
        batch.drop_constraint("uq_staff_email_hash", type_="unique")
        batch.create_unique_constraint("uq_staff_clinic_id_email_hash", ["clinic_id", "email_hash"])
        batch.create_index("ix_staff_email_hash", ["email_hash"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
