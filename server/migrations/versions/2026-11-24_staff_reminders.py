"""An index of reminders to staff by due time: the inbox asks often whether one of them went out."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("staff_id IS NOT NULL")
    op.create_index(
        "ix_reminder_staff", "reminder", ["clinic_id", "moment"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
