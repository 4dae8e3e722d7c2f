"""A pause may end by itself: the day in the patient's zone on which reminders start again (case 107)."""

import sqlalchemy as sa
from alembic import op

from server.migrations.altering import altering

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with altering("patient") as table:
        table.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
        table.add_column(sa.Column("former_pause_until", sa.Date(), nullable=True))
    op.create_index("ix_patient_paused_until", "patient", ["paused_until"])
    op.create_index("ix_patient_former_pause_until", "patient", ["former_pause_until"])


def downgrade() -> None:
    raise NotImplementedError("there is no downgrade: see Backups in docs/operating.md")
